import { outputExcerpt, type TestResult } from '@glibc-matrix/core'
import type { TestCase, TestModule, TestSpecification, TestSuite } from 'vitest/node'
import { crashes } from './crashes.mjs'
import type { Filter } from './filter.mjs'
import { placeholder, placeOf, suiteOf } from './place.mjs'

/**
 * What Vitest saw of a test file in its column; nothing for a project that is no column's. In a run that was stopped
 * (`--bail`, a key) what did not finish is skipped, unless its worker died.
 */
export function resultsOf(module: TestModule, isStopped: boolean, filter: Filter): TestResult[] {
  const place = placeOf(module.project)
  if (place === undefined || module.meta().typecheck) return []
  const { column, root } = place
  const suite = suiteOf(module.moduleId, root)
  const named = (test: string, outcome: Outcome): TestResult => ({ column, suite, test, ...outcome })
  const tests = [...module.children.allTests()].filter(({ name }) => name !== placeholder)
  return [
    ...tests.map((test) => named(test.fullName, outcomeOf(test, isStopped, filter))),
    ...[...module.children.allSuites()].flatMap((suite) => faultOf(suite).map((fault) => named(suite.fullName, fault))),
    ...[...faultOf(module), ...unfinished(module, isStopped)].map((fault) => named('(file)', fault)),
  ]
}

/** Files that were to run and of which Vitest says nothing: their worker could not start. */
export function missingResults(planned: readonly TestSpecification[], modules: readonly TestModule[]): TestResult[] {
  return planned.flatMap(({ project, moduleId, pool }): TestResult[] => {
    const place = placeOf(project)
    const isThere = modules.some((module) => module.project.name === project.name && module.moduleId === moduleId)
    if (place === undefined || isThere || pool === 'typescript') return []
    const suite = suiteOf(moduleId, place.root)
    return [
      { column: place.column, suite, test: '(file)', state: 'fail', durationMs: 0, message: 'the file did not run' },
    ]
  })
}

type Outcome = Omit<TestResult, 'column' | 'suite' | 'test'>
const stopped = 'the run was stopped before it finished'
type Errors = readonly { readonly message?: string; readonly stderr?: unknown }[] | undefined

function outcomeOf(test: TestCase, isStopped: boolean, filter: Filter): Outcome {
  const result = test.result()
  const durationMs = test.diagnostic()?.duration ?? 0
  if (result.state === 'passed') return { state: 'pass', durationMs }
  if (result.state === 'failed')
    return { state: 'fail', durationMs, message: firstLine(result.errors), ...excerpt(result.errors) }
  if (result.state === 'pending' && isStopped) return { state: 'skip', durationMs, message: stopped }
  if (result.state === 'pending') return { state: 'fail', durationMs, message: 'it did not finish' }
  const fault = faultAbove(test)
  if (fault !== undefined) return { state: 'fail', durationMs, message: fault }
  const { mode } = test.options
  const leftOut = result.note === undefined && mode !== 'todo' ? filter(test) : null
  if (leftOut !== null) return { state: 'skip', durationMs, message: leftOut, filtered: true }
  return { state: 'skip', durationMs, message: result.note ?? (mode === 'todo' ? 'todo' : 'skipped') }
}

/** Why a test that should have run was not: Vitest skips the tests of a suite whose beforeAll failed. */
function faultAbove(test: TestCase): string | undefined {
  if (isSkippedByUser(test)) return undefined
  for (let above: TestSuite | TestModule = test.parent; ; above = above.parent) {
    if (above.errors().length > 0) return firstLine(above.errors())
    if (above.type === 'module') return undefined
  }
}

function isSkippedByUser(test: TestCase): boolean {
  return test.options.mode === 'skip' || test.options.mode === 'todo'
}

/** The failure of a suite's own code that none of its tests carries, such as an afterAll's, or an import's. */
function faultOf(suite: TestSuite | TestModule): Outcome[] {
  const carried = [...suite.children.allTests()].some(
    (test) => !isSkippedByUser(test) && test.result().state === 'skipped',
  )
  if (suite.errors().length === 0 || carried) return []
  return [{ state: 'fail', durationMs: 0, message: firstLine(suite.errors()), ...excerpt(suite.errors()) }]
}

/** A file whose worker died has neither tests nor errors. */
function unfinished(module: TestModule, isStopped: boolean): Outcome[] {
  if (module.state() !== 'pending' && module.state() !== 'queued') return []
  const how = crashes.of(module.project.name, module.moduleId)
  if (how === undefined && isStopped) return [{ state: 'skip', durationMs: 0, message: stopped }]
  const message = `the file did not finish${how === undefined ? '' : `: its worker ended with ${how}`}`
  return [{ state: 'fail', durationMs: 0, message }]
}

function firstLine(errors: Errors): string {
  return errors?.[0]?.message?.trim().split('\n')[0] ?? 'it failed'
}

/** child_process and its wrappers put what the program wrote on the error; Vitest keeps an error's own properties. */
function excerpt(errors: Errors): { output?: string } {
  const [error] = errors ?? []
  const stderr = typeof error?.stderr === 'string' ? error.stderr.trim() : ''
  const output = outputExcerpt(stderr, error?.message ?? '')
  return output === '' ? {} : { output }
}
