import type { RunBlob } from '../../../../packages/core/src/report/blob/schema.js'

type BlobCell = RunBlob['rows'][number]['cells'][string]
type State = BlobCell['state']

export const host = { name: 'host', spec: 'host', glibc: '2.36', digest: 'a0'.repeat(32), skip: null }
export const old = { name: '2.31', spec: 'debian:bullseye', glibc: '2.31', digest: 'b1'.repeat(32), skip: null }

export function cell(state: State, more: Partial<BlobCell> = {}): BlobCell {
  const record = {
    pid: 42,
    ppid: 41,
    program: '/project/tool',
    libc: ['/sysroot/libc.so.6'],
    proof: 'mapped',
    strategy: 'loader',
    hostLibraries: [],
    accounting: 'exact',
    command: ['ld.so', '/project/tool'],
  } as const
  const proof = { ...record, libc: [...record.libc], hostLibraries: [], command: [...record.command] }
  return { state, durationMs: 5, records: state === 'pass' ? [proof] : [], ...more }
}

/** A run of Vitest in both columns: `states` has a cell of the test `works` for each file and column. */
export function blob(states: Record<string, Record<string, State>>, more: Partial<RunBlob> = {}): RunBlob {
  const files = Object.entries(states)
  return {
    type: 'glibc-matrix-blob',
    format: 1,
    runner: 'vitest',
    project: 'demo',
    commit: null,
    shard: null,
    machine: { arch: 'x64', kernel: '6.1.0', node: 'v20.20.0', glibc: '2.36', digest: host.digest },
    rules: { incompatible: 'fail', unproven: 'warn' },
    planned: [host, old].map(({ name, spec }) => ({ name, spec })),
    columns: [host, old],
    suites: files.flatMap(([suite, cells]) =>
      Object.keys(cells).map((column) => ({ suite, column, durationMs: 7, sha256: null })),
    ),
    leftOut: [],
    rows: files.map(([suite, cells]) => ({
      suite,
      test: 'works',
      cells: Object.fromEntries(Object.entries(cells).map(([column, state]) => [column, cell(state)])),
    })),
    addons: [],
    stopped: false,
    faults: [],
    ...more,
  }
}

/** One job of a matrix of columns and shards; `elsewhere` are the files that other shards have. */
export function job(
  column: typeof host | typeof old,
  [index, count]: readonly [number, number],
  states: Record<string, State>,
  elsewhere: readonly string[],
): RunBlob {
  const cells = Object.entries(states).map(([suite, state]) => [suite, { [column.name]: state }])
  const made = blob(Object.fromEntries(cells), { columns: [column], shard: { index, count } })
  const others = elsewhere.map((suite) => ({ suite, column: column.name, durationMs: null, sha256: null }))
  return { ...made, suites: [...made.suites, ...others] }
}
