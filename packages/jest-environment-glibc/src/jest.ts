/** The parts of Jest's own types that are used here, which are the same in Jest 29 and 30. */
export interface JestProjectConfig {
  readonly id: string
  readonly rootDir: string
  readonly displayName?: { readonly name: string; readonly color: string }
  readonly testEnvironment: string
  readonly testRunner: string
  readonly testEnvironmentOptions: Readonly<Record<string, unknown>>
  readonly runner: string
}

export interface JestGlobalConfig {
  readonly rootDir: string
  readonly testSequencer: string
  readonly bail?: number
  readonly testNamePattern?: string
  readonly shard?: { readonly shardIndex: number; readonly shardCount: number }
  readonly watch?: boolean
  readonly watchAll?: boolean
  readonly reporters?: readonly (string | readonly [string, unknown])[]
  /** Jest 30.5: lists tests without running them. */
  readonly collectTests?: boolean
}

export interface JestContext {
  readonly config: JestProjectConfig
}

/** One test file that Jest is about to run. */
export interface JestTest {
  readonly path: string
  readonly context: JestContext
  duration?: number
}

export interface JestFileResult {
  readonly testFilePath: string
  readonly numFailingTests: number
  readonly testExecError?: { readonly message?: string }
  readonly testResults: readonly JestAssertion[]
  readonly perfStats?: { readonly start: number; readonly end: number }
}

export interface JestAssertion {
  readonly ancestorTitles: readonly string[]
  readonly title: string
  readonly status: string
  readonly duration?: number | null
  readonly failureMessages: readonly string[]
  /** What was thrown, as far as it comes through from the worker. */
  readonly failureDetails?: readonly unknown[]
}

export interface JestResults {
  readonly testResults: readonly JestFileResult[]
}

export interface JestSequencer {
  shard(tests: JestTest[], options: { shardIndex: number; shardCount: number }): JestTest[] | Promise<JestTest[]>
  sort(tests: JestTest[]): JestTest[] | Promise<JestTest[]>
  allFailedTests(tests: JestTest[]): JestTest[] | Promise<JestTest[]>
  cacheResults(tests: JestTest[], results: JestResults): void
}

export interface JestWatcher {
  isInterrupted(): boolean
}

type Listener = (data: never) => unknown
type Notify = (...data: never[]) => Promise<unknown>

/** A runner that emits, and one that takes callbacks. */
export interface JestRunner {
  readonly isSerial?: boolean
  readonly supportsEventEmitters?: boolean
  on?(event: string, listener: Listener): () => void
  runTests(tests: JestTest[], watcher: JestWatcher, ...rest: (Notify | { readonly serial: boolean })[]): Promise<void>
}

export interface EnvironmentConfig {
  readonly globalConfig: JestGlobalConfig
  readonly projectConfig: JestProjectConfig
}

export interface EnvironmentContext {
  readonly testPath: string
  readonly docblockPragmas: Readonly<Record<string, string | readonly string[]>>
}

export interface JestEnvironment {
  global: typeof globalThis
  setup(): Promise<void>
  teardown(): Promise<void>
  getVmContext(): unknown
  handleTestEvent?(event: CircusEvent, state: CircusState): void | Promise<void>
}

/** The events of jest-circus that matter here; the others have other names. */
export interface CircusEvent {
  readonly name: string
  readonly test?: CircusTest
  /** Of `setup`. */
  readonly runtimeGlobals?: JestGlobals
}

type Register = (title: string, body: () => void) => void
export interface JestGlobals {
  readonly describe: Register
  readonly test: { readonly skip: Register }
}

export interface CircusState {
  readonly currentDescribeBlock: CircusBlock
}

export interface CircusBlock {
  readonly name: string
  readonly parent?: CircusBlock
  readonly children: readonly (CircusTest | (CircusBlock & { readonly type: 'describeBlock' }))[]
}

export interface CircusTest {
  readonly type: 'test'
  readonly name: string
  readonly parent: CircusBlock
  readonly concurrent?: boolean
  /** How often it was started; 1 while it runs for the first time. */
  readonly invocations: number
  fn: ((this: unknown, ...args: unknown[]) => unknown) | null | undefined
}
