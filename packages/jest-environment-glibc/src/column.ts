import type { Session } from '@glibc-matrix/core'
import { coreIndex } from './core-index.js'
import type { JestProjectConfig } from './jest.js'

/** What the sequencer writes into `testEnvironmentOptions.glibcMatrix`. Only what is the same in every run: Jest's transform cache hashes it. */
export interface MatrixOptions {
  readonly column: string
  /** What suites are named relative to. */
  readonly root: string
  /** The project's own environment and runner, by path. */
  readonly environment: string
  readonly runner: string
  /** Whose libc the file's own Node runs on. */
  readonly runtime: 'host' | 'node'
}

/** What the sequencer wrote into a project's config; undefined for a file that it didn't expand. */
export function matrixOptions(config: JestProjectConfig): MatrixOptions | undefined {
  return config.testEnvironmentOptions.glibcMatrix as MatrixOptions | undefined
}

/**
 * The column of a file that no sequencer expanded: `testEnvironmentOptions: { glibc: '2.31' }`, else what
 * GLIBC_MATRIX_ONLY picked besides `host`, else `host`.
 *
 * @throws GlibcMatrixError COLUMN_UNKNOWN.
 */
export function singleColumn(
  config: JestProjectConfig,
  session: Session,
  only = process.env.GLIBC_MATRIX_ONLY,
): string {
  const wanted = config.testEnvironmentOptions.glibc
  if (wanted === undefined || wanted === null) {
    const picked = only?.trim() ? session.columns.find(({ name }) => name !== 'host') : undefined
    return picked?.name ?? 'host'
  }
  const column =
    session.columns.find(({ name }) => name === String(wanted)) ??
    session.columns.find(({ glibc }) => glibc === String(wanted))
  if (column) return column.name
  const known = session.columns.map(({ name }) => name)
  const { GlibcMatrixError } = coreIndex()
  throw new GlibcMatrixError(
    'COLUMN_UNKNOWN',
    `testEnvironmentOptions.glibc: '${wanted}' is no column. The columns are ${known.join(', ')}.`,
    'Correct it, or add such a sysroot to glibc-matrix.config.',
    { wanted, columns: known },
  )
}
