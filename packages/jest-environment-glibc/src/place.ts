import type { AttachOptions } from '@glibc-matrix/core/register'
import { matrixOptions, singleColumn } from './column.js'
import { coreIndex } from './core-index.js'
import type { EnvironmentConfig, EnvironmentContext } from './jest.js'
import { sessionVariable } from './session-variable.js'
import { suiteOf } from './suite.js'

let known: string | undefined

/**
 * Which session, column and name a test file has.
 *
 * @throws GlibcMatrixError SESSION_NOT_FOUND where nothing prepared the columns, PLATFORM_UNSUPPORTED for jest-jasmine2.
 */
export function placeOfFile(
  { projectConfig }: EnvironmentConfig,
  { testPath, docblockPragmas }: EnvironmentContext,
): AttachOptions {
  const session = process.env[sessionVariable] ?? known
  if (session === undefined) throw unprepared()
  if (/\bjest-jasmine2\b/.test(projectConfig.testRunner) || process.env.JEST_JASMINE === '1') throw eventless()
  known = session
  const matrix = matrixOptions(projectConfig)
  if (matrix) return { session, column: matrix.column, file: suiteOf(testPath, matrix.root), runtime: matrix.runtime }
  const opened = coreIndex().readSession(session)
  return {
    session,
    column: singleColumn(projectConfig, opened),
    file: suiteOf(testPath, opened.report.root),
    // Nobody started this worker in the column: what the file asks for is told, so that it is no tick.
    runtime: docblockPragmas['glibc-runtime'] === 'node' ? 'node' : 'host',
  }
}

function unprepared(): Error {
  const { GlibcMatrixError } = coreIndex()
  return new GlibcMatrixError(
    'SESSION_NOT_FOUND',
    "testEnvironment is 'glibc', but nothing prepared its columns",
    "Export `withGlibcMatrix({ … })` of 'jest-environment-glibc/config' from the Jest config, or for a single column add 'jest-environment-glibc/reporter' to `reporters`.",
  )
}

/** Without its events no test can be told from another, and every column would write snapshots. */
function eventless(): Error {
  const { GlibcMatrixError } = coreIndex()
  return new GlibcMatrixError(
    'PLATFORM_UNSUPPORTED',
    'the test runner is jest-jasmine2, which tells an environment nothing of its tests',
    'Use jest-circus: remove `testRunner` from the Jest config, and JEST_JASMINE from the environment.',
  )
}
