import { ForksPoolWorker, type PoolOptions } from 'vitest/node'
import { nativeCore } from './native-core.mjs'
import { type MatrixPlace, namespacePoolName, placeOf, workerScript } from './place.mjs'

/** A forked worker of Vitest, in a mount namespace where the programs of its project's column show their copies. */
export class NamespaceWorker extends ForksPoolWorker {
  override readonly name = namespacePoolName
  readonly #place: MatrixPlace

  constructor(options: PoolOptions) {
    super(options)
    this.#place = placeOf(options.project) as MatrixPlace
  }

  override async start(): Promise<void> {
    const { session, column } = this.#place
    await nativeCore
      .hook()
      .launcher(session, { script: workerScript })
      .startInNamespace(column, () => super.start())
  }
}
