import { join } from 'node:path'
import { GlibcMatrixError } from '@glibc-matrix/core'
import { launcher } from '@glibc-matrix/core/register'
import { columnGroups, type TestGroup } from './column-groups.js'
import type { JestGlobalConfig, JestRunner, JestTest, JestWatcher } from './jest.js'
import { loadClass } from './load-class.js'
import { presented } from './present.js'
import { matrixRun } from './run.js'
import { suiteOf } from './suite.js'

type RunnerClass = new (...args: unknown[]) => JestRunner
/** What jest-worker starts Node with. */
const workerScript = /\bprocessChild\.js$/

type Listener = (data: never) => unknown
interface Options {
  readonly serial: boolean
}

/**
 * Runs the columns in their order, and files of `runtime: 'node'` in workers whose own Node is in the column. The running
 * itself is left to each project's own runner.
 */
class GlibcRunner {
  readonly supportsEventEmitters = true
  readonly #run = matrixRun('runner')
  readonly #args: readonly [JestGlobalConfig, ...unknown[]]
  readonly #listeners: (readonly [event: string, listener: Listener])[] = []
  readonly #inner = new Map<string, JestRunner>()

  constructor(globalConfig: JestGlobalConfig, ...rest: unknown[]) {
    refuseWithoutReporter(globalConfig)
    this.#args = [globalConfig, ...rest]
  }

  on(event: string, listener: Listener): () => void {
    const entry = [event, listener] as const
    this.#listeners.push(entry)
    return () => void this.#listeners.splice(this.#listeners.indexOf(entry), 1)
  }

  async runTests(tests: JestTest[], watcher: JestWatcher, options: Options): Promise<void> {
    for (const group of columnGroups(tests, this.#run)) {
      if (watcher.isInterrupted()) return
      if (group.column === null) await this.#runGroup(await this.#runner(group), group, watcher, options)
      else if (group.runtime === 'node') await this.#runInColumn(group, group.column, watcher)
      else await this.#runInNamespace(group, group.column, watcher, options)
    }
  }

  /** Always in workers, whatever Jest would choose: its own process runs on the host's libc. */
  async #runInColumn(group: TestGroup, column: string, watcher: JestWatcher): Promise<void> {
    const { session, config } = this.#run
    const { start, refusal } = launcher(session.file, { node: config.node, script: workerScript })
    const files = group.tests.map(({ path }) => suiteOf(path, config.root))
    const refused = refusal(column, files)
    if (refused !== null) return this.#refuse(group.tests, refused)
    const inner = await this.#runner(group)
    return start(column, () => this.#runGroup(inner, group, watcher, { serial: false }))
  }

  /** In band, where Jest's own process is the worker, each start gets a namespace of its own. */
  async #runInNamespace(group: TestGroup, column: string, watcher: JestWatcher, options: Options): Promise<void> {
    const inner = await this.#runner(group)
    if (options.serial || inner.isSerial) return this.#runGroup(inner, group, watcher, options)
    const { startInNamespace } = launcher(this.#run.session.file, { script: workerScript })
    return startInNamespace(column, () => this.#runGroup(inner, group, watcher, options))
  }

  async #refuse(tests: readonly JestTest[], error: Error): Promise<void> {
    presented(error)
    for (const test of tests) {
      await this.#emit('test-file-start', [test])
      await this.#emit('test-file-failure', [test, error])
    }
  }

  async #runGroup(inner: JestRunner, group: TestGroup, watcher: JestWatcher, options: Options): Promise<void> {
    const tests = [...group.tests]
    const serial = group.runtime === 'host' && (options.serial || Boolean(inner.isSerial))
    if (inner.supportsEventEmitters) return inner.runTests(tests, watcher, { serial })
    const emit =
      (event: string) =>
      (...data: never[]) =>
        this.#emit(event, data)
    const [start, success, failure] = ['test-file-start', 'test-file-success', 'test-file-failure'].map(emit)
    return inner.runTests(tests, watcher, start as never, success as never, failure as never, { serial })
  }

  /** A thread has its process's libc: workers in a column are processes. */
  async #runner({ runner: path, runtime }: TestGroup): Promise<JestRunner> {
    const key = `${path}\0${runtime}`
    const known = this.#inner.get(key)
    if (known) return known
    const Runner = await loadClass<RunnerClass>(path)
    const [globalConfig, ...rest] = this.#args
    const runner = new Runner(runtime === 'host' ? globalConfig : { ...globalConfig, workerThreads: false }, ...rest)
    this.#inner.set(key, runner)
    for (const event of [
      'test-file-start',
      'test-file-success',
      'test-file-failure',
      'test-case-start',
      'test-case-result',
    ]) {
      runner.on?.(event, (data: never) => this.#emit(event, data))
    }
    return runner
  }

  async #emit(event: string, data: unknown): Promise<void> {
    const listeners = this.#listeners.filter(([name]) => name === event)
    await Promise.all(listeners.map(([, listener]) => listener(data as never)))
  }
}

export = GlibcRunner

/** `--reporters` replaces the config's: without ours a red cell would not fail the run. */
function refuseWithoutReporter({ reporters = [], collectTests }: JestGlobalConfig): void {
  const own = join(__dirname, 'reporter.js')
  if (collectTests || reporters.some((reporter) => [reporter].flat()[0] === own)) return
  throw presented(
    new GlibcMatrixError(
      'CONFIG_INVALID',
      `Jest's reporters lack jest-environment-glibc/reporter, found ${JSON.stringify(reporters.map((one) => [one].flat()[0]))}`,
      'Add --reporters=jest-environment-glibc/reporter to the others on the command line.',
    ),
  )
}
