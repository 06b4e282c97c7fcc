import { matrixOptions } from './column.js'
import type { JestTest } from './jest.js'
import type { MatrixRun } from './run.js'

/** Tests that one project's runner may run at once. */
export interface TestGroup {
  /** The project's own runner, by path. */
  readonly runner: string
  /** The column that the workers are for; null for any. */
  readonly column: string | null
  /** Whose libc the workers' own Node runs on. */
  readonly runtime: 'host' | 'node'
  readonly tests: readonly JestTest[]
}

/** The host's column first, whose snapshots the others compare with; with `columns: 'serial'` one column after the other. */
export function columnGroups(tests: readonly JestTest[], run: MatrixRun): TestGroup[] {
  const { config, session } = run
  const others = session.columns.map(({ name }) => name).filter((name) => name !== 'host')
  const phases = config.columns === 'serial' ? [['host'], ...others.map((name) => [name])] : [['host'], others]
  return phases.flatMap((names) =>
    groupsOf(
      tests.filter((test) => names.includes(columnOf(test))),
      hasNamespaces(run),
    ),
  )
}

function hasNamespaces({ config, session }: MatrixRun): boolean {
  return config.namespaces === 'worker' && config.strategy === 'namespace' && session.strategies.includes('namespace')
}

/** Workers in a column serve that column alone. */
function groupsOf(tests: readonly JestTest[], namespaces: boolean): TestGroup[] {
  const groups = new Map<string, TestGroup>()
  for (const test of tests) {
    const options = matrixOptions(test.context.config)
    const runner = options?.runner ?? test.context.config.runner
    const runtime = options?.runtime ?? 'host'
    const column = runtime === 'node' || namespaces ? columnOf(test) : null
    const key = `${runner}\0${runtime}\0${column ?? ''}`
    const found = groups.get(key)
    groups.set(key, { runner, column, runtime, tests: [...(found?.tests ?? []), test] })
  }
  return [...groups.values()]
}

function columnOf({ context }: JestTest): string {
  return matrixOptions(context.config)?.column ?? 'host'
}
