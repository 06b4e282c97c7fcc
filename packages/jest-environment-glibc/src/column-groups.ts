import { matrixOptions } from './column.js'
import type { JestTest } from './jest.js'
import type { MatrixRun } from './run.js'

/** Tests that one project's runner may run at once. */
export interface TestGroup {
  /** The project's own runner, by path. */
  readonly runner: string
  /** The column that the workers' own Node runs in; null for the host's Node. */
  readonly column: string | null
  readonly tests: readonly JestTest[]
}

/** The host's column first, whose snapshots the others compare with; with `columns: 'serial'` one column after the other. */
export function columnGroups(tests: readonly JestTest[], { config, session }: MatrixRun): TestGroup[] {
  const others = session.columns.map(({ name }) => name).filter((name) => name !== 'host')
  const phases = config.columns === 'serial' ? [['host'], ...others.map((name) => [name])] : [['host'], others]
  return phases.flatMap((names) => groupsOf(tests.filter((test) => names.includes(columnOf(test)))))
}

/** Workers in a column serve that column alone. */
function groupsOf(tests: readonly JestTest[]): TestGroup[] {
  const groups = new Map<string, TestGroup>()
  for (const test of tests) {
    const options = matrixOptions(test.context.config)
    const runner = options?.runner ?? test.context.config.runner
    const column = options?.runtime === 'node' ? options.column : null
    const key = `${runner}\0${column ?? ''}`
    const found = groups.get(key)
    groups.set(key, { runner, column, tests: [...(found?.tests ?? []), test] })
  }
  return [...groups.values()]
}

function columnOf({ context }: JestTest): string {
  return matrixOptions(context.config)?.column ?? 'host'
}
