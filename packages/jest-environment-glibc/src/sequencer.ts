import { createRequire } from 'node:module'
import { join } from 'node:path'
import { balance, readTimings } from '@glibc-matrix/core'
import { matrixOptions } from './column.js'
import { columnContexts, expandTest } from './expand.js'
import type { JestContext, JestResults, JestSequencer, JestTest } from './jest.js'
import { jestPackage } from './jest-package.js'
import { loadClass } from './load-class.js'
import { presenting } from './present.js'
import { matrixRun } from './run.js'
import { suiteOf } from './suite.js'

type SequencerClass = new (options?: unknown) => JestSequencer

/**
 * Expands each test file into its columns, so that Jest's totals and shards are right, and leaves the order to the
 * user's sequencer, which sees each file once. Jest 29 gives its constructor no options.
 */
class GlibcSequencer {
  readonly #run = matrixRun('sequencer')
  readonly #contexts = columnContexts(this.#run)
  /** From an expanded test to the file's own. */
  readonly #originals = new WeakMap<JestTest, JestTest>()
  readonly #options: unknown
  #inner: JestSequencer | undefined
  #isSharded = false

  constructor(options?: unknown) {
    this.#options = options
  }

  async shard(tests: JestTest[], options: { shardIndex: number; shardCount: number }): Promise<JestTest[]> {
    const inner = await this.#sequencer(tests)
    const expanded = this.#expand(tests)
    this.#plan(expanded)
    this.#isSharded = true
    const { timings } = this.#run.config
    if (timings === null) return inner.shard(expanded, options)
    const shard = { index: options.shardIndex, count: options.shardCount }
    const suite = ({ path }: JestTest) => suiteOf(path, this.#run.config.root)
    const keyOf = ({ path, context }: JestTest) => [path, columnOf(context), context.config.rootDir].join('\0')
    return balance(expanded, shard, readTimings(timings), { suiteOf: suite, keyOf })
  }

  async sort(tests: JestTest[]): Promise<JestTest[]> {
    const inner = await this.#sequencer(tests)
    const expanded = this.#expand(tests)
    if (!this.#isSharded) this.#plan(expanded)
    const sorted = await inner.sort(this.#collapse(expanded))
    return sorted.flatMap((original) => expanded.filter((test) => this.#originals.get(test) === original))
  }

  async allFailedTests(tests: JestTest[]): Promise<JestTest[]> {
    const inner = await this.#sequencer(tests)
    const failed = new Set(await inner.allFailedTests(this.#collapse(tests)))
    return tests.filter((test) => failed.has(this.#originals.get(test) ?? test))
  }

  /** A file that failed in any column is one that failed: of several results for a path Jest keeps the last. */
  cacheResults(tests: JestTest[], results: JestResults): void {
    const failed = ({ numFailingTests, testExecError }: JestResults['testResults'][number]) =>
      Number(numFailingTests > 0 || testExecError !== undefined)
    const ordered = [...results.testResults].sort((a, b) => failed(a) - failed(b))
    this.#inner?.cacheResults(this.#collapse(tests), { ...results, testResults: ordered })
  }

  #plan(expanded: readonly JestTest[]): void {
    const { root } = this.#run.config
    this.#run.planned = expanded.map(({ path, context }) => ({ suite: suiteOf(path, root), column: columnOf(context) }))
  }

  /** Sharding comes before sorting: what is expanded stays as it is. */
  #expand(tests: readonly JestTest[]): JestTest[] {
    return presenting(() =>
      tests.flatMap((test) => {
        if (this.#originals.has(test)) return [test]
        const expanded = expandTest(test, this.#run, this.#contexts)
        for (const one of expanded) this.#originals.set(one, test)
        return expanded
      }),
    )
  }

  #collapse(tests: readonly JestTest[]): JestTest[] {
    return [...new Set(tests.map((test) => this.#originals.get(test) ?? test))]
  }

  async #sequencer(tests: readonly JestTest[]): Promise<JestSequencer> {
    if (this.#inner) return this.#inner
    const rootDir = tests[0]?.context.config.rootDir ?? process.cwd()
    const path =
      this.#run.sequencer === null
        ? jestPackage('jest-config', '@jest/test-sequencer')
        : resolveSequencer(this.#run.sequencer, rootDir)
    const Sequencer = await loadClass<SequencerClass>(path)
    this.#inner = new Sequencer(this.#options)
    return this.#inner
  }
}

export = GlibcSequencer

function columnOf({ config }: JestContext): string {
  return matrixOptions(config)?.column ?? 'host'
}

/** As Jest resolves it: a path, a package, or a package without its prefix. */
function resolveSequencer(name: string, rootDir: string): string {
  const from = createRequire(join(rootDir, 'package.json'))
  const path = name.replace(/^<rootDir>/, rootDir)
  try {
    return from.resolve(`jest-sequencer-${path}`)
  } catch {
    return from.resolve(path)
  }
}
