import { relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

/** What a project of the matrix provides to its workers: which column it is, and where the run keeps its session. */
export interface MatrixPlace {
  /** Path of the session file. */
  readonly session: string
  readonly column: string
  /** Test files are named relative to this directory. */
  readonly root: string
  /** Vitest's `sequence.groupOrder` of this project, which a command line's `--sequence.*` would take away. */
  readonly groupOrder: number
  /** The files, as `suiteOf` names them, whose worker's Node shall run on the column's libc. */
  readonly nodeFiles: readonly string[]
}

/** A test file as journals and grid name it. */
export function suiteOf(file: string, root: string): string {
  return relative(root, file).split(sep).join('/')
}

/** The column's place of a project; none for a project that is no column's. */
export function placeOf(project: TestProject): MatrixPlace | undefined {
  return project.getProvidedContext().glibcMatrix as MatrixPlace | undefined
}

/** The pool of workers whose own Node runs in the column. */
export const poolName = 'glibc'

/** What Vitest's pool `forks` starts Node with. */
export const workerScript = /\bworkers\/forks\.js$/

/** The pool of workers that are in a mount namespace for the programs of their column. */
export const namespacePoolName = 'glibc-namespace'

/** The setup file that installs the hook in a worker. */
export const setupFile = fileURLToPath(new URL('./setup.mjs', import.meta.url))

/** Tells a worker that it belongs to a matrix before Vitest lets it know what its project provides. */
export const sessionVariable = 'GLIBC_MATRIX_SESSION'

/** The host's column is the reference: it writes snapshots, the others compare. */
export const reference = 'host'

/** The test that stands for a `describeGlibc` block in the columns which it doesn't run in; the grid leaves it out. */
export const placeholder = 'runs in other columns'

declare module 'vitest' {
  interface ProvidedContext {
    glibcMatrix: MatrixPlace
  }
}
