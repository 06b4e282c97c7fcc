import { join } from 'node:path'
import { GlibcMatrixError } from '@glibc-matrix/core'
import { matrixOptions } from './column.js'
import type { JestGlobalConfig, JestRunner, JestTest, JestWatcher } from './jest.js'
import { loadClass } from './load-class.js'
import { presented } from './present.js'
import { type MatrixRun, matrixRun } from './run.js'

type RunnerClass = new (...args: unknown[]) => JestRunner
type Listener = (data: never) => unknown
interface Options {
  readonly serial: boolean
}

/**
 * Runs the host's column before the others, so that it writes the snapshots which they compare with; with
 * `columns: 'serial'` one column after the other. The running itself is left to each project's own runner.
 */
class GlibcRunner {
  readonly supportsEventEmitters = true
  readonly #run = matrixRun('runner')
  readonly #args: readonly unknown[]
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
    for (const phase of phases(tests, this.#run)) {
      for (const [path, group] of byRunner(phase)) {
        if (watcher.isInterrupted()) return
        await this.#runGroup(await this.#runner(path), group, watcher, options)
      }
    }
  }

  async #runGroup(inner: JestRunner, tests: JestTest[], watcher: JestWatcher, options: Options): Promise<void> {
    const serial = options.serial || Boolean(inner.isSerial)
    if (inner.supportsEventEmitters) return inner.runTests(tests, watcher, { serial })
    const emit =
      (event: string) =>
      (...data: never[]) =>
        this.#emit(event, data)
    const [start, success, failure] = ['test-file-start', 'test-file-success', 'test-file-failure'].map(emit)
    return inner.runTests(tests, watcher, start as never, success as never, failure as never, { serial })
  }

  async #runner(path: string): Promise<JestRunner> {
    const known = this.#inner.get(path)
    if (known) return known
    const Runner = await loadClass<RunnerClass>(path)
    const runner = new Runner(...this.#args)
    this.#inner.set(path, runner)
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

function phases(tests: readonly JestTest[], { config, session }: MatrixRun): JestTest[][] {
  const columnOf = ({ context }: JestTest) => matrixOptions(context.config)?.column ?? 'host'
  const others = session.columns.map(({ name }) => name).filter((name) => name !== 'host')
  const groups = config.columns === 'serial' ? [['host'], ...others.map((name) => [name])] : [['host'], others]
  return groups
    .map((names) => tests.filter((test) => names.includes(columnOf(test))))
    .filter(({ length }) => length > 0)
}

function byRunner(tests: readonly JestTest[]): Map<string, JestTest[]> {
  const groups = new Map<string, JestTest[]>()
  for (const test of tests) {
    const path = matrixOptions(test.context.config)?.runner ?? test.context.config.runner
    groups.set(path, [...(groups.get(path) ?? []), test])
  }
  return groups
}

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
