import { createRequire } from 'node:module'
import { join } from 'node:path'
import { columnContexts, expandTest } from './expand.js'
import type { JestResults, JestSequencer, JestTest } from './jest.js'
import { jestPackage } from './jest-package.js'
import { loadClass } from './load-class.js'
import { presenting } from './present.js'
import { matrixRun } from './run.js'

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

  constructor(options?: unknown) {
    this.#options = options
  }

  async shard(tests: JestTest[], options: { shardIndex: number; shardCount: number }): Promise<JestTest[]> {
    const inner = await this.#sequencer(tests)
    return inner.shard(this.#expand(tests), options)
  }

  async sort(tests: JestTest[]): Promise<JestTest[]> {
    const inner = await this.#sequencer(tests)
    const expanded = this.#expand(tests)
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
