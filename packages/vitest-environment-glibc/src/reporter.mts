import { readdirSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import {
  balance,
  formatGrid,
  gridOf,
  lookForOutsiders,
  readSession,
  readTimings,
  redCells,
  type Session,
  wantsColor,
  writeReports,
  writeRun,
} from '@glibc-matrix/core'
import type { Reporter, TestModule, TestRunEndReason, TestSequencer, TestSpecification, Vitest } from 'vitest/node'
import { filterOf } from './filter.mjs'
import { leftOutOf } from './left-out.mjs'
import type { AdapterOptions } from './matrix.mjs'
import { placeOf, suiteOf } from './place.mjs'
import { missingResults, resultsOf } from './results.mjs'
import { runInOneColumn } from './single-column.mjs'
import { suiteRuns } from './suite-runs.mjs'

/**
 * Prints the test x glibc grid after Vitest's own summary, writes it to a file, and makes the run fail for a red cell.
 * `withGlibcMatrix` adds it; listed in a config without that, it runs the suite in one column.
 */
export default class GlibcMatrixReporter implements Reporter {
  readonly #options: AdapterOptions
  #vitest: Vitest | undefined
  #session: Session | undefined
  #planned: readonly TestSpecification[] = []
  /** Those of every shard. */
  #all: readonly TestSpecification[] = []
  #runs = 0
  #hasLooked = false

  constructor(options: AdapterOptions = {}) {
    this.#options = options
  }

  async onInit(vitest: Vitest): Promise<void> {
    this.#vitest = vitest
    if (vitest.config.mergeReports) return
    if (vitest.config.shard) this.#followShard(vitest)
    const file = sessionFileOf(vitest)
    this.#session = file === undefined ? await runInOneColumn(vitest, this.#options) : readSession(file)
  }

  async onTestRunStart(specifications: readonly TestSpecification[]): Promise<void> {
    this.#all = specifications
    this.#planned = await ofThisShard(specifications, this.#vitest)
    this.#runs += 1
    this.#hasLooked = false
    if (this.#session && this.#runs > 1) emptyJournals(this.#session)
  }

  /** Global setup comes after `onTestRunStart`, and before any worker. */
  onTestModuleQueued(): void {
    if (this.#session && !this.#hasLooked) lookForOutsiders(this.#session, vitestWorker)
    this.#hasLooked = true
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    errors: readonly { message?: string }[],
    reason: TestRunEndReason,
  ): void {
    const vitest = this.#vitest
    if (vitest === undefined) return
    if (this.#session === undefined) {
      print(vitest, '\nglibc-matrix: no grid, as reports were merged: the proofs stay with the runs that made them.\n')
      return
    }
    const { report } = this.#session
    const isStopped = reason === 'interrupted'
    const missing = isStopped ? [] : missingResults(this.#planned, modules)
    const filter = filterOf(this.#planned)
    const results = [...modules.flatMap((module) => resultsOf(module, isStopped, filter)), ...missing]
    const grid = gridOf(this.#session, results)
    print(vitest, formatGrid(grid, { color: wantsColor(process.stdout), ...report }))
    print(vitest, writeReports(grid, report))
    writeRun(this.#session, grid, {
      ...{ runner: 'vitest', shard: vitest.config.shard ?? null, results, stopped: isStopped },
      suites: suiteRuns(this.#all, modules),
      leftOut: leftOutOf(this.#session.file),
      faults: errors.map(({ message = 'an error without a message' }) => message.split('\n', 1)[0] ?? ''),
    })
    // What a stopped run left out is shown as skipped, and no success.
    if (redCells(grid, report).length > 0 || isStopped) process.exitCode = 1
  }

  /** The files of this shard, where the config has timings to cut by; else null: Vitest's own sequencer cuts. */
  #byTimings(files: TestSpecification[], shard: ResolvedShard): TestSpecification[] | null {
    const { timings = null, root = '' } = this.#session?.report ?? {}
    if (timings === null || shard === undefined) return null
    const suite = ({ moduleId }: TestSpecification) => suiteOf(moduleId, root)
    const keyOf = (file: TestSpecification) => `${suite(file)}\0${file.project.name}`
    return balance(files, shard, readTimings(timings), { suiteOf: suite, keyOf })
  }

  /** Vitest announces the files of all shards; which of them are this one's only its sequencer says, once the pool is made. */
  #followShard(vitest: Vitest): void {
    const plan = (files: readonly TestSpecification[]) => {
      this.#planned = files
    }
    const { sequence, shard } = vitest.config
    const { sequencer: Sequencer } = sequence
    const byTimings = (files: TestSpecification[]) => this.#byTimings(files, shard)
    sequence.sequencer = class implements TestSequencer {
      readonly #own: TestSequencer

      constructor(vitest: Vitest) {
        this.#own = new Sequencer(vitest)
      }

      sort(files: TestSpecification[]) {
        return this.#own.sort(files)
      }

      async shard(files: TestSpecification[]) {
        const own = byTimings(files) ?? (await this.#own.shard(files))
        plan(own)
        return own
      }
    }
  }
}

/** What Vitest's pools `forks` and `vmForks` start Node with. */
const vitestWorker = /\bworkers\/\w+\.js\0/

type ResolvedShard = Vitest['config']['shard']

/** Vitest is told of all files before its sequencer takes those of `--shard`, which it does the same way each time. */
async function ofThisShard(
  specifications: readonly TestSpecification[],
  vitest: Vitest | undefined,
): Promise<readonly TestSpecification[]> {
  if (vitest?.config.shard === undefined) return specifications
  const { sequencer: Sequencer } = vitest.config.sequence
  return new Sequencer(vitest).shard([...specifications])
}

function sessionFileOf(vitest: Vitest): string | undefined {
  const places = vitest.projects.map(placeOf)
  return places.find((place) => place !== undefined)?.session
}

/** In watch mode an earlier run's records must not speak for this one. Workers append, so that one which lives on goes on. */
function emptyJournals({ journals }: Session): void {
  for (const name of readdirSync(journals)) truncateSync(join(journals, name))
}

const machineReadable = ['json', 'junit', 'tap', 'tap-flat']

/** To stdout, unless a reporter for machines writes there. */
function print(vitest: Vitest, text: string): void {
  const names = (vitest.config.reporters as unknown[]).map((reporter) => String([reporter].flat()[0]))
  const { outputFile } = vitest.config
  const isTaken = names.some((name) => machineReadable.includes(name)) && outputFile === undefined
  const stream = isTaken ? process.stderr : process.stdout
  stream.write(text)
}
