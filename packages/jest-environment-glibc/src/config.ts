import { join } from 'node:path'
import {
  closeSession,
  type GlibcMatrixConfig,
  GlibcMatrixError,
  loadConfig,
  prepareMatrix,
  progressReporter,
} from '@glibc-matrix/core'
import type { Config } from 'jest'
import { presenting } from './present.js'
import { currentRun, type MatrixRun, startRun } from './run.js'

export type { GlibcMatrixConfig } from '@glibc-matrix/core'

/** What a Jest config may export. */
export type UserConfig = Config | Promise<Config> | (() => Config | Promise<Config>)

/** Options of the config file that a Jest config may override, and which config file to read. */
export interface GlibcMatrixOptions extends GlibcMatrixConfig {
  /** Path of the `glibc-matrix.config.*` to use instead of the one that is found from the working directory upwards. */
  configFile?: string
}

/**
 * Runs every test file of a Jest config once in each column. Sysroots that are missing are installed now, as Jest sorts
 * tests before any global setup; where a download would surprise (listing, watching) SYSROOT_MISSING names the command.
 *
 * Environment and runner of each project are put in place by the sequencer, so `projects` may be paths, globs or objects.
 *
 * @throws GlibcMatrixError whatever keeps a column from being had.
 */
export async function withGlibcMatrix(userConfig: UserConfig = {}, options: GlibcMatrixOptions = {}): Promise<Config> {
  const config = await (typeof userConfig === 'function' ? userConfig() : userConfig)
  await presenting(() => prepare(config, options))
  const reporter = join(__dirname, 'reporter.js')
  return { ...config, testSequencer: join(__dirname, 'sequencer.js'), reporters: [...otherReporters(config), reporter] }
}

async function prepare(userConfig: Config, { configFile, ...overrides }: GlibcMatrixOptions): Promise<void> {
  const config = await loadConfig({ cwd: process.cwd(), file: configFile, overrides })
  const running = currentRun()
  if (running !== undefined) return refuseAnother(running, config)
  const { onProgress, end } = progressReporter()
  const session = await prepareMatrix(config, { install: mayInstall(process.argv), onProgress }).finally(end)
  process.once('exit', () => closeSession(session))
  startRun({
    session,
    config,
    sequencer: userConfig.testSequencer ?? null,
    expands: true,
    planned: [],
    leftOut: new Map(),
  })
}

/** Listing and watching never download. */
function mayInstall(argv: readonly string[]): boolean {
  return !argv.some((flag) =>
    /^--(listTests|collectTests|watch|watchAll|showConfig|clearCache)(=(?!false)|$)/.test(flag),
  )
}

/** Jest reads the config of a project that is a path on its own: one matrix serves all of them. */
function refuseAnother(running: MatrixRun, config: MatrixRun['config']): void {
  if (JSON.stringify(running.config) === JSON.stringify(config)) return
  throw new GlibcMatrixError(
    'CONFIG_INVALID',
    'withGlibcMatrix was called twice in one run, with different options',
    'Call it once, in the config that Jest is started with; its projects follow.',
    { first: running.config, second: config },
  )
}

function otherReporters({ reporters = ['default'] }: Config): NonNullable<Config['reporters']> {
  return reporters.filter((reporter) => !/^jest-environment-glibc\/reporter$/.test([reporter].flat()[0] as string))
}
