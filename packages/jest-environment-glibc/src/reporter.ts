import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import {
  closeSession,
  formatGrid,
  GlibcMatrixError,
  type Grid,
  gridOf,
  loadConfig,
  lookForOutsiders,
  prepareMatrix,
  progressReporter,
  redCells,
  type TestResult,
  wantsColor,
  writeReports,
  writeRun,
} from '@glibc-matrix/core'
import { uninstall } from '@glibc-matrix/core/register'
import { matrixOptions, singleColumn } from './column.js'
import type { JestFileResult, JestGlobalConfig, JestTest } from './jest.js'
import { presenting } from './present.js'
import { currentRun, type MatrixRun, type SuitePlace, startRun } from './run.js'
import { suiteOf } from './suite.js'
import { testResults } from './test-results.js'

/** Joins Jest's results with what the processes proved: the grid after Jest's own summary, its file, and the exit code. */
class GlibcReporter {
  readonly #globalConfig: JestGlobalConfig
  readonly #results: TestResult[] = []
  /** Time of each file and column, in milliseconds. */
  readonly #times = new Map<string, number>()
  #text = ''
  #error: Error | undefined
  #wasInterrupted = false

  constructor(globalConfig: JestGlobalConfig) {
    this.#globalConfig = globalConfig
  }

  async onRunStart(): Promise<void> {
    await presenting(async () => {
      const run = currentRun() ?? (await prepareSingle(this.#globalConfig))
      if (run.expands) refuseOtherSequencer(this.#globalConfig)
      forgetEarlierRun(run)
      // Global setup is through, and the first worker comes after this.
      lookForOutsiders(run.session, jestWorker)
    })
  }

  onTestFileResult(test: JestTest, result: JestFileResult): void {
    const run = currentRun()
    if (run === undefined) return
    const { config } = test.context
    const column = matrixOptions(config)?.column ?? singleColumn(config, run.session)
    const suite = suiteOf(test.path, run.session.report.root)
    this.#results.push(...testResults(result, column, suite, this.#globalConfig.testNamePattern))
    const { start, end } = result.perfStats ?? { start: 0, end: 0 }
    const key = placeKey({ suite, column })
    this.#times.set(key, (this.#times.get(key) ?? 0) + end - start)
  }

  onRunComplete(_contexts: unknown, { numFailedTests, wasInterrupted }: JestEnd): void {
    const run = currentRun()
    if (run === undefined) return
    this.#wasInterrupted = wasInterrupted === true
    presenting(() => {
      // With --runInBand the hook is in this very process.
      uninstall()
      const { report } = run.session
      const grid = gridOf(run.session, this.#results)
      this.#text = formatGrid(grid, { color: wantsColor(process.stderr), ...report })
      // In a directory that Jest watches a new grid file would start the next run.
      if (!this.#isWatching()) {
        this.#text += writeReports(grid, report)
        this.#keepRecords(run, grid)
      }
      const red = redCells(grid, report).length
      if (red > 0) this.#error = new Error(`glibc-matrix: ${red} red ${red === 1 ? 'cell' : 'cells'}`)
    })
    const { bail = 0 } = this.#globalConfig
    if (bail > 0 && numFailedTests >= bail && !this.#isWatching()) this.#print()
  }

  /** Jest asks when every reporter is through, its summary too; but with --bail it exits without asking. */
  getLastError(): Error | undefined {
    this.#print()
    return this.#error
  }

  #keepRecords({ session, planned, leftOut }: MatrixRun, grid: Grid): void {
    const { shard } = this.#globalConfig
    const ran = [...this.#times.keys()].map((key) => JSON.parse(key) as SuitePlace)
    const suites = new Map([...planned, ...ran].map((place) => [placeKey(place), place]))
    writeRun(session, grid, {
      runner: 'jest',
      shard: shard ? { index: shard.shardIndex, count: shard.shardCount } : null,
      results: this.#results,
      suites: [...suites].map(([key, place]) => ({ ...place, durationMs: this.#times.get(key) ?? null })),
      leftOut: [...leftOut.values()].flat(),
      stopped: this.#wasInterrupted,
      faults: [],
    })
  }

  #isWatching(): boolean {
    const { watch, watchAll } = this.#globalConfig
    return Boolean(watch || watchAll)
  }

  #print(): void {
    process.stderr.write(this.#text)
    this.#text = ''
  }
}

export = GlibcReporter

const jestWorker = /\bprocessChild\.js\0/

interface JestEnd {
  readonly numFailedTests: number
  readonly wasInterrupted?: boolean
}

function placeKey({ suite, column }: SuitePlace): string {
  return JSON.stringify({ suite, column })
}

/** Without `withGlibcMatrix`, with `testEnvironment: 'glibc'`: columns are prepared here, and each file runs in one. */
async function prepareSingle({ rootDir, watch, watchAll }: JestGlobalConfig): Promise<MatrixRun> {
  const config = await loadConfig({ cwd: rootDir })
  const { all, suites } = config.runtime
  if (all === 'node' || suites.some(({ runtime }) => runtime === 'node')) throw withoutRunner()
  const { onProgress, end } = progressReporter()
  const session = await prepareMatrix(config, { install: !watch && !watchAll, onProgress }).finally(end)
  process.once('exit', () => closeSession(session))
  const run: MatrixRun = { session, config, sequencer: null, expands: false, planned: [], leftOut: new Map() }
  startRun(run)
  return run
}

/** While watching, the session stays: a new run's cells are not to be proven by an old run's records. */
function forgetEarlierRun({ session }: MatrixRun): void {
  uninstall()
  for (const name of readdirSync(session.journals)) rmSync(join(session.journals, name), { force: true })
}

/** `--testSequencer` replaces the config's: every file would run once, on the host alone. */
function refuseOtherSequencer({ testSequencer }: JestGlobalConfig): void {
  if (testSequencer === join(__dirname, 'sequencer.js')) return
  throw new GlibcMatrixError(
    'CONFIG_INVALID',
    `Jest's sequencer is ${testSequencer}, so no file would run in another column than the host's`,
    'Name your sequencer in the config that withGlibcMatrix is given, not on the command line.',
  )
}

function withoutRunner(): GlibcMatrixError {
  return new GlibcMatrixError(
    'CONFIG_INVALID',
    "the config has runtime: 'node', but nothing starts Jest's workers in a column",
    "Export `withGlibcMatrix({ … })` of 'jest-environment-glibc/config' from the Jest config.",
  )
}
