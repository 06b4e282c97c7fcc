import type { Cell, CellState, Grid } from '../../../packages/core/src/report/grid.js'

/** What a program might write to do harm in a report: markup of every kind, controls, turned text, ends of sections. */
export const hostile = [
  '</script><script>pwned=1</script><img src=x onerror=pwned=1> <!-- ]]> &amp; &lt;',
  '\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u202Eevil\u2066 \u0000\u0008\u009b \ud800 \uFFFE',
  '::error file=x::y %0A::set-output\r\n::warning::z',
  '`code` ```fence``` | pipe | [link](javascript:pwned) *bold* @someone "quote" \'single\'',
].join('\n')

const states: readonly CellState[] = ['pass', 'fail', 'incompatible', 'unproven', 'none', 'skip', 'missing']

/** A row for each state, in two columns, with hostile text wherever a program or a package could put one. */
export function hostileGrid(text = hostile): Grid {
  const columns = [
    { name: 'host', spec: 'host', glibc: '2.36' },
    { name: 'v1', spec: `dir:/opt/${text}`, glibc: '2.31' },
    { name: 'gone', spec: 'debian:bullseye', glibc: null },
  ]
  const rows = states.map((state) => ({
    suite: `test/${text}.test.ts`,
    test: `${state} > ${text}`,
    cells: { host: cell('pass', text), v1: cell(state, text), gone: cell('skip', text) },
  }))
  const addons = [{ package: text, path: `/x/${text}`, refusals: [{ column: 'v1', reason: text }] }]
  return { format: 1, columns, rows, addons, gaps: [{ kind: 'shard', message: text, column: 'v1' }] }
}

function cell(state: CellState, text: string): Cell {
  const ran = state === 'pass' || state === 'fail' || state === 'unproven' || state === 'incompatible'
  const proof = state === 'pass' || state === 'fail' ? ('mapped' as const) : ('unproven' as const)
  const record = {
    pid: 7,
    ppid: 1,
    program: `/bin/${text}`,
    libc: proof === 'mapped' ? [`/lib/${text}/libc.so.6`] : [],
    proof,
    strategy: 'loader' as const,
    hostLibraries: [`/usr/lib/${text}.so`],
    accounting: 'exact' as const,
    command: ['/ld.so', '--library-path', text, `/bin/${text}`],
  }
  const told = state === 'pass' ? {} : { reason: `${state}: ${text}`, output: text }
  return { state, durationMs: 1234.5, records: ran ? [record] : [], ...told }
}
