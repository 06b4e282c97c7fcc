import { GlibcMatrixError, type ResolvedConfig, type Session } from '@glibc-matrix/core'
import { sessionVariable } from './session-variable.js'

/** A test file in one column. */
export interface SuitePlace {
  readonly suite: string
  readonly column: string
}

/** What config, sequencer, runner and reporter share: Jest loads each by its path, all in its main process. */
export interface MatrixRun {
  readonly session: Session
  readonly config: ResolvedConfig
  /** The user's `testSequencer`, as written; null for Jest's own. */
  readonly sequencer: string | null
  /** Whether `withGlibcMatrix` made it, so that the sequencer expands the files into columns. */
  readonly expands: boolean
  /** The files and columns of every shard, as the sequencer last expanded them. */
  planned: readonly SuitePlace[]
  /** Those that a selector keeps from a column, by file. */
  readonly leftOut: Map<string, readonly SuitePlace[]>
}

const key = Symbol.for('glibc-matrix.jest-run')
type Holder = { [key]?: MatrixRun }

/** Makes the run known to the other parts in this process, and its session to the workers. */
export function startRun(run: MatrixRun): void {
  ;(process as Holder)[key] = run
  process.env[sessionVariable] = run.session.file
}

/** The run that `withGlibcMatrix` or the reporter began; undefined before. */
export function currentRun(): MatrixRun | undefined {
  return (process as Holder)[key]
}

/** @throws GlibcMatrixError SESSION_NOT_FOUND where `withGlibcMatrix` was bypassed. */
export function matrixRun(piece: string): MatrixRun {
  const run = currentRun()
  if (run?.expands) return run
  throw new GlibcMatrixError(
    'SESSION_NOT_FOUND',
    `jest-environment-glibc/${piece} was loaded, but no matrix was prepared`,
    "Export `withGlibcMatrix({ … })` of 'jest-environment-glibc/config' from the Jest config; it sets the rest.",
  )
}
