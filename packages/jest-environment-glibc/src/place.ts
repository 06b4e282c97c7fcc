import type { AttachOptions } from '@glibc-matrix/core/register'
import { matrixOptions, singleColumn } from './column.js'
import { coreIndex } from './core-index.js'
import type { EnvironmentConfig, EnvironmentContext } from './jest.js'
import { suiteOf } from './suite.js'

/** Workers inherit it from Jest's main process, see `run.ts`. */
const sessionVariable = 'GLIBC_MATRIX_SESSION'
let known: string | undefined

/**
 * Which session, column and name a test file has.
 *
 * @throws GlibcMatrixError SESSION_NOT_FOUND where nothing prepared the columns.
 */
export function placeOfFile({ projectConfig }: EnvironmentConfig, { testPath }: EnvironmentContext): AttachOptions {
  const session = process.env[sessionVariable] ?? known
  if (session === undefined) throw unprepared()
  known = session
  const matrix = matrixOptions(projectConfig)
  if (matrix) return { session, column: matrix.column, file: suiteOf(testPath, matrix.root) }
  const opened = coreIndex().readSession(session)
  return {
    session,
    column: singleColumn(projectConfig, opened),
    file: suiteOf(testPath, opened.report.root),
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
