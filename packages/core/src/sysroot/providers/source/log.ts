import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Environment, storeDirectory } from '../../store.js'

/** Everything that a build prints; it stays when the build fails. */
export interface BuildLog {
  readonly path: string
  write(bytes: Uint8Array | string): void
  /** The build went well: nobody will read it. */
  discard(): void
  close(): void
}

/** Starts the log of a build, beside the store, where it outlives the directory that the build is done in. */
export function openLog(key: string, env: Environment): BuildLog {
  const path = join(dirname(storeDirectory(env)), 'logs', `${key}.log`)
  mkdirSync(dirname(path), { recursive: true, mode: 0o775 })
  const fd = openSync(path, 'w')
  return {
    path,
    write(bytes) {
      writeSync(fd, typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    },
    discard: () => rmSync(path, { force: true }),
    close: () => closeSync(fd),
  }
}
