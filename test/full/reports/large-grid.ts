import type { Cell, CellState, Grid } from '@glibc-matrix/core'

const versions = ['host', '2.17', '2.28', '2.31', '2.34', '2.35', '2.36', '2.39', '2.41', '2.44']
const programs = ['ast-grep', 'dprint', 'biome', 'esbuild', 'turbo', 'deno', 'sqlite3', 'ripgrep']

/** What a program might write to do harm in a report. */
export const hostile =
  '</script><script>window.pwned=1</script><img src=x onerror="window.pwned=1">\u001b[31mred\u001b[0m \u202Eevil\u0000 ]]>`|&amp;'

/** A grid of `count` tests on ten glibcs, with about every tenth cell in trouble; the same each time. */
export function largeGrid(count: number): Grid {
  const columns = versions.map((name) => ({
    name,
    spec: name === 'host' ? 'host' : `dir:/opt/glibc-${name}`,
    glibc: name === 'host' ? '2.36' : name,
  }))
  const rows = Array.from({ length: count }, (_, index) => {
    const program = programs[Math.floor(index / 25) % programs.length] as string
    return {
      suite: `test/${program}/part-${Math.floor(index / 25)}.test.ts`,
      test: `${program} > case ${index} of the command line keeps its promise`,
      cells: Object.fromEntries(columns.map(({ name }, column) => [name, cellOf(index, column, name, program)])),
    }
  })
  return { format: 1, columns, rows }
}

function cellOf(index: number, column: number, name: string, program: string): Cell {
  const state = stateOf(index, column)
  const path = `/srv/project/node_modules/.bin/${program}`
  const root = `/home/me/.cache/glibc-matrix/store/trees/${name}/root/lib/x86_64-linux-gnu`
  const ran = state === 'none' || state === 'skip' ? 0 : 1 + (index % 2)
  const records = Array.from({ length: ran }, (_, each) => ({
    pid: 1000 + index * 20 + column * 2 + each,
    ppid: 999,
    program: path,
    libc: state === 'incompatible' || state === 'unproven' ? [] : [`${root}/libc.so.6`],
    proof: state === 'pass' || state === 'fail' ? ('mapped' as const) : ('unproven' as const),
    strategy: 'loader' as const,
    hostLibraries: [],
    accounting: 'exact' as const,
    command: [`${root}/ld.so`, '--library-path', root, path, '--case', String(index)],
  }))
  return { state, durationMs: (index * 7 + column) % 300, records, ...told(state, index, name) }
}

/** Old glibcs refuse one program, and here and there something fails. */
function stateOf(index: number, column: number): CellState {
  const group = Math.floor(index / 25)
  if (group % 8 === 0 && column > 0 && column < 4) return 'incompatible'
  if (index % 97 === 5 && column === 8) return 'fail'
  if (index % 131 === 7 && column === 4) return 'unproven'
  if (index % 50 === 3) return 'none'
  return index % 211 === 9 ? 'skip' : 'pass'
}

function told(state: CellState, index: number, name: string): Partial<Cell> {
  if (state === 'incompatible')
    return { reason: `needs GLIBC_2.34 of libc.so.6, which dir:/opt/glibc-${name} (${name}) does not define` }
  if (state === 'unproven') return { reason: 'it is static: there is no libc to exchange' }
  if (state !== 'fail') return {}
  return {
    reason: `expected 0, got ${index % 7} ${hostile}`,
    output: `thread main panicked at case ${index}\n${hostile}\nnote: run with a backtrace`,
  }
}
