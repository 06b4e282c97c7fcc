import { GlibcMatrixError } from '@glibc-matrix/core'
import { ForksPoolWorker, type PoolOptions, type WorkerRequest } from 'vitest/node'
import { crashes } from './crashes.mjs'
import { presentable } from './matrix.mjs'
import { nativeCore } from './native-core.mjs'
import { type MatrixPlace, placeOf, workerScript } from './place.mjs'

type Listener = (argument: unknown) => void

/** A forked worker of Vitest whose Node runs on the libc of its project's column, or which says why it doesn't. */
export class ColumnWorker extends ForksPoolWorker {
  override readonly name: string
  readonly #project: string
  readonly #place: MatrixPlace | undefined
  readonly #node: string | null
  readonly #listeners = new Set<Listener>()
  readonly #exitListeners = new Set<Listener>()
  /** What it runs now. */
  #files: readonly string[] = []
  #state: 'fresh' | 'running' | 'over' = 'fresh'
  /** Why it is never started. */
  #refused: Error | null = null
  #answered = false

  constructor(options: PoolOptions, name: string, node: string | null) {
    super(options)
    this.name = name
    this.#project = options.project.name
    this.#place = placeOf(options.project)
    this.#node = node
  }

  override async start(): Promise<void> {
    this.#refused = this.#refusal()
    if (this.#refused !== null) return
    const { session, column } = this.#place as MatrixPlace
    await nativeCore
      .hook()
      .launcher(session, { node: this.#node, script: workerScript })
      .start(column, () => super.start())
    this.#state = 'running'
    super.on('message', () => {
      this.#answered = true
    })
    // As ChildProcess tells it; the interface leaves the second argument out.
    const ended = (code: number | null, signal: string | null) => this.#ended(signal ?? `status ${code}`)
    super.on('exit', ended as (code: unknown) => void)
  }

  override send(message: WorkerRequest): void {
    const refused = this.#refused
    if (refused !== null) {
      if (message.type === 'start') setImmediate(() => this.#failStart(refused))
      return
    }
    if (message.type === 'run') {
      this.#files = message.context.files.map(({ filepath }) => filepath)
      for (const file of this.#files) crashes.forget(this.#project, file)
    }
    super.send(message)
  }

  override on(event: string, listener: Listener): void {
    if (event === 'message') this.#listeners.add(listener)
    // Vitest's own listener would make an error that nobody catches: such an exit is told as a failed start.
    if (event === 'exit') this.#exitListeners.add(listener)
    else if (this.#state === 'running') super.on(event, listener)
  }

  override off(event: string, listener: Listener): void {
    this.#listeners.delete(listener)
    this.#exitListeners.delete(listener)
    if (event !== 'exit' && this.#state === 'running') super.off(event, listener)
  }

  /** Vitest waits for the exit of one that a signal has ended, which doesn't come twice. */
  override async stop(): Promise<void> {
    if (this.#state === 'running') await super.stop()
    this.#state = 'over'
  }

  #ended(how: string): void {
    this.#state = 'over'
    for (const file of this.#files) crashes.record(this.#project, file, how)
    if (!this.#answered) this.#failStart(endedEarly(this.#place?.column ?? '', how))
    else for (const listener of this.#exitListeners) listener(how)
  }

  /** In the words of a worker whose start failed. */
  #failStart(error: Error): void {
    presentable(error)
    for (const listener of this.#listeners) listener({ __vitest_worker_response__: true, type: 'started', error })
  }

  #refusal(): Error | null {
    if (this.#place === undefined) return withoutColumn()
    const { session, column, nodeFiles } = this.#place
    return nativeCore.hook().launcher(session, { node: this.#node, script: workerScript }).refusal(column, nodeFiles)
  }
}

function withoutColumn(): GlibcMatrixError {
  return new GlibcMatrixError(
    'SESSION_NOT_FOUND',
    "the pool 'glibc' is used in a project of no column",
    "Wrap the Vitest config in withGlibcMatrix from 'vitest-environment-glibc/config'.",
  )
}

function endedEarly(column: string, how: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'WORKER_DIED',
    `the worker of column ${column} ended with ${how} before it could say anything`,
    'Run its Node by hand in that column: glibc-matrix run --sysroot SPEC -- node --version',
    { column, how },
  )
}
