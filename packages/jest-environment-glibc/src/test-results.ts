import { stripVTControlCharacters } from 'node:util'
import { outputExcerpt, type TestResult } from '@glibc-matrix/core'
import type { JestAssertion, JestFileResult } from './jest.js'
import { placeholder } from './placeholder.js'

/** A file's tests as the grid takes them; a file that could not be run is a row of its own. */
export function testResults(
  result: JestFileResult,
  column: string,
  suite: string,
  pattern: string | undefined,
): TestResult[] {
  const tests = result.testResults
    .filter(({ title }) => title !== placeholder)
    .map((assertion): TestResult => {
      const state = states[assertion.status] ?? 'skip'
      return {
        column,
        suite,
        test: [...assertion.ancestorTitles, assertion.title].join(' > '),
        state,
        durationMs: assertion.duration ?? 0,
        ...(state === 'skip' ? skipped(assertion, pattern) : messageOf(assertion, state)),
      }
    })
  if (result.testExecError === undefined || result.testExecError === null) return tests
  const message = firstLine(result.testExecError.message ?? 'the test file failed to run')
  return [...tests, { column, suite, test: '(file)', state: 'fail', durationMs: 0, message }]
}

/** Every other status is a test that didn't run. */
const states: Readonly<Record<string, TestResult['state']>> = { passed: 'pass', failed: 'fail' }

/** Jest shows what `-t` leaves out like a test that is skipped; it matches the parts of a name joined by spaces (getTestID of jest-circus). */
function skipped(
  { status, ancestorTitles, title }: JestAssertion,
  pattern: string | undefined,
): Pick<TestResult, 'message' | 'filtered'> {
  if (status === 'todo') return { message: 'todo' }
  const isFiltered = pattern !== undefined && !new RegExp(pattern, 'i').test([...ancestorTitles, title].join(' '))
  return isFiltered ? { message: `left out by -t ${pattern}`, filtered: true } : { message: 'skipped in the test file' }
}

function messageOf(assertion: JestAssertion, state: TestResult['state']): Pick<TestResult, 'message' | 'output'> {
  const { failureMessages, failureDetails = [] } = assertion
  if (state === 'pass') return {}
  const [text = 'the test failed'] = failureMessages
  return { message: firstLine(text), output: outputExcerpt(stderrOf(failureDetails[0]), text) }
}

/** child_process and its wrappers put what the program wrote on the error. */
function stderrOf(error: unknown): string {
  const { stderr } = (error ?? {}) as { readonly stderr?: unknown }
  return typeof stderr === 'string' ? stderr : ''
}

function firstLine(text: string): string {
  return stripVTControlCharacters(text).trim().split('\n', 1)[0] ?? ''
}
