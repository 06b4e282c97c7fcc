import { createHash } from 'node:crypto'
import type { Grid } from '../grid.js'
import type { TestResult } from '../test-result.js'
import type { RunBlob } from './schema.js'

/** What the runner knows of its own run. */
export interface RunFacts extends Pick<RunBlob, 'runner' | 'shard' | 'stopped'> {
  readonly suites: readonly Omit<RunBlob['suites'][number], 'sha256'>[]
  readonly leftOut?: readonly RunBlob['leftOut'][number][]
  readonly faults: readonly string[]
  readonly results: readonly TestResult[]
  /** For `command`: what was run, which stands for the test's name. */
  readonly command?: string
}

/** What the session knows of it. */
export interface SessionFacts
  extends Pick<RunBlob, 'project' | 'commit' | 'machine' | 'rules' | 'planned' | 'columns'> {
  /** Of a test file by its name; null for what is none, or is gone. */
  sha256Of(suite: string): string | null
}

/** A grid has a cell for everything; of these a blob keeps what really has a result, the rest being another shard's. */
export function buildBlob(grid: Grid, { sha256Of, ...session }: SessionFacts, run: RunFacts): RunBlob {
  const { results, command, runner, shard, suites, leftOut = [], stopped, faults } = run
  const known = new Set(results.map(({ suite, test, column }) => `${suite}\0${test}\0${column}`))
  const rows = grid.rows.map(({ suite, test, cells }) => {
    const own = Object.entries(cells).filter(([column]) => known.has(`${suite}\0${test}\0${column}`))
    return { suite, test: command ?? test, cells: Object.fromEntries(own) }
  }) as RunBlob['rows']
  return {
    type: 'glibc-matrix-blob',
    format: 1,
    runner,
    shard,
    ...session,
    suites: suites.map((ran) => ({ ...ran, sha256: ran.durationMs === null ? null : sha256Of(ran.suite) })),
    leftOut: [...leftOut],
    rows,
    addons: structuredClone((grid.addons ?? []) as RunBlob['addons']),
    stopped,
    faults: [...faults],
  }
}

/** The same run of the same machine has the same name, and runs that differ in what they ran are counted. */
export function blobName({ runner, project, shard, columns, machine, rows }: RunBlob, number: number): string {
  const names = columns.map(({ name }) => name)
  const command = runner === 'command' ? rows.map(({ test }) => test) : []
  const identity = [project, machine.arch, machine.digest, names, command, shard]
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex').slice(0, 12)
  const part = shard === null ? '' : `-${shard.index}of${shard.count}`
  return `${runner}-${names.length === 1 ? names[0] : `${names.length}-columns`}${part}-${hash}${number === 1 ? '' : `-${number}`}.json`
}
