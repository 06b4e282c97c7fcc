import { resolve } from 'node:path'
import {
  closeSession,
  type GlibcMatrixConfig,
  GlibcMatrixError,
  isGlibcMatrixError,
  loadConfig,
  prepareMatrix,
  progressReporter,
  type ResolvedConfig,
  type Session,
} from '@glibc-matrix/core'
import type { Launch } from './launch.mjs'
import { sessionVariable } from './place.mjs'

/** Options of the config file that a Vitest config may override, and which config file to read. */
export interface AdapterOptions extends GlibcMatrixConfig {
  /** A config to use instead of the `glibc-matrix.config.*` that is found; relative to Vitest's root. */
  readonly configFile?: string
}

/** The columns of a run, ready to start programs. */
export interface Matrix {
  readonly config: ResolvedConfig
  readonly session: Session
}

/**
 * Opens the matrix of a run. Vitest evaluates its config file again for each project that extends it: they all get the
 * one matrix of the first, until `forgetMatrices`.
 *
 * @throws GlibcMatrixError whatever keeps a column from being had.
 */
export function openMatrix(
  cwd: string,
  options: AdapterOptions,
  launch: Pick<Launch, 'mayInstall' | 'merges'>,
): Promise<Matrix> {
  const known = matrices()
  const key = JSON.stringify([resolve(cwd), options, launch])
  const opened = known.get(key) ?? prepare(cwd, options, launch).catch((error) => Promise.reject(presentable(error)))
  known.set(key, opened)
  return opened
}

/** The next config that loads is another run's: Vitest closes its projects before it restarts in watch mode. */
export function forgetMatrices(): void {
  matrices().clear()
}

/** Vitest prints `stack` of what a config throws. A failure that the user can act on is shown without our call stack. */
export function presentable(error: unknown): unknown {
  if (isGlibcMatrixError(error)) error.stack = `${error.name} ${error.code}: ${error.message}\n${error.hint}`
  return error
}

const key = Symbol.for('glibc-matrix.vitest')
type Holder = { [key]?: Map<string, Promise<Matrix>> }

function matrices(): Map<string, Promise<Matrix>> {
  const holder = process as Holder
  holder[key] ??= new Map()
  return holder[key]
}

async function prepare(
  cwd: string,
  { configFile, ...overrides }: AdapterOptions,
  { mayInstall, merges }: Pick<Launch, 'mayInstall' | 'merges'>,
): Promise<Matrix> {
  const loaded = await loadConfig({ cwd, file: configFile, overrides })
  // A machine that merges reports of others needs the columns' names alone.
  const config: ResolvedConfig = merges ? { ...loaded, onMissing: 'skip' } : loaded
  const { onProgress, end } = progressReporter()
  const session = await prepareMatrix(config, { install: mayInstall, onProgress }).finally(end)
  if (merges) refuseUnnamed(session)
  process.once('exit', () => closeSession(session))
  process.env[sessionVariable] = session.file
  return { config, session }
}

/** Reports are merged by the names of the projects, and a sysroot without a name is named by its glibc. */
function refuseUnnamed({ columns }: Session): void {
  const unnamed = columns.find(({ name, spec, skip }) => skip !== null && name === spec)
  if (unnamed === undefined) return
  throw new GlibcMatrixError(
    'SYSROOT_MISSING',
    `the column of '${unnamed.spec}' has no name of its own, and its sysroot is not installed here`,
    `Name it in the config (sysroots: {'a-name': '${unnamed.spec}'}), or run: glibc-matrix add ${unnamed.spec}`,
    { spec: unnamed.spec },
  )
}
