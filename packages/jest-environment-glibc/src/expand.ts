import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { selectColumns, suiteRuntime, suiteSelectors } from '@glibc-matrix/core'
import type { MatrixOptions } from './column.js'
import type { JestContext, JestProjectConfig, JestTest } from './jest.js'
import type { MatrixRun } from './run.js'
import { suiteOf } from './suite.js'

type Column = MatrixRun['session']['columns'][number]

/** One test for each column that the file wants, `host` first. */
export function expandTest(test: JestTest, run: MatrixRun, contexts: ColumnContexts): JestTest[] {
  const source = readFileSync(test.path, 'utf8')
  const selectors = suiteSelectors(test.path, source, run.config)
  const runtime = suiteRuntime(test.path, source, run.config)
  const { columns } = run.session
  const where = suiteOf(test.path, run.config.root)
  const names = selectors && selectColumns(columns, selectors, where, run.config.only !== null)
  const able = columns.filter(({ skip }) => skip === null)
  const isWanted = ({ name }: Column) => names === null || names.includes(name)
  run.leftOut.set(
    where,
    able.flatMap((column) => (isWanted(column) ? [] : { suite: where, column: column.name })),
  )
  return able.filter(isWanted).map((column) => ({ ...test, context: contexts(test.context, column, runtime) }))
}

type Runtime = MatrixOptions['runtime']
/** Answers the context of a project in a column. */
export type ColumnContexts = (context: JestContext, column: Column, runtime: Runtime) => JestContext

/** A context for each project, column and runtime; one object each, as Jest collects coverage and snapshots by context. */
export function columnContexts(run: MatrixRun): ColumnContexts {
  const made = new Map<JestContext, Map<string, JestContext>>()
  return (context, column, runtime) => {
    const key = `${column.name} ${runtime}`
    const ofProject = made.get(context) ?? new Map<string, JestContext>()
    made.set(context, ofProject)
    const found = ofProject.get(key) ?? { ...context, config: columnConfig(context.config, column, runtime, run) }
    ofProject.set(key, found)
    return found
  }
}

const colors = ['white', 'cyan', 'magenta', 'yellow', 'blue', 'green']

/** `id` stays, as Jest's workers look up the resolver by it. */
function columnConfig(config: JestProjectConfig, column: Column, runtime: Runtime, run: MatrixRun): JestProjectConfig {
  const { testEnvironment: environment, runner, displayName, testEnvironmentOptions } = config
  const glibcMatrix: MatrixOptions = {
    ...{ column: column.name, root: run.session.report.root },
    ...{ environment, runner, runtime },
  }
  const name = column.name === column.glibc ? `glibc-${column.name}` : column.name
  return {
    ...config,
    displayName: {
      name: displayName ? `${displayName.name} ${name}` : name,
      color: colors[run.session.columns.indexOf(column) % colors.length] as string,
    },
    testEnvironment: join(__dirname, 'matrix-environment.js'),
    testEnvironmentOptions: { ...testEnvironmentOptions, glibcMatrix },
    runner: join(__dirname, 'runner.js'),
  }
}
