import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Environment, storeDirectory } from './store.js'

/** A holder renews its lock; one that was killed loses it after this long, in milliseconds. */
const STALE = 10_000
/** A glibc may be built meanwhile: one waits as long as the holder renews its lock, two hours at the most. */
const RETRIES = { retries: 14_400, factor: 1, minTimeout: 500, maxTimeout: 500 }

/** Runs `work` while no other process changes `key`: many workers may ask for one sysroot at once, one installs it. */
export async function withLock<T>(env: Environment, key: string, work: () => Promise<T>): Promise<T> {
  const { lock } = await import('proper-lockfile')
  const store = storeDirectory(env)
  mkdirSync(store, { recursive: true })
  const release = await lock(join(store, key), {
    realpath: false,
    lockfilePath: join(store, `.lock-${key}`),
    stale: STALE,
    update: STALE / 4,
    retries: RETRIES,
    // A machine that slept: the install is still sound, since it only ever renames a finished directory.
    onCompromised: () => {},
  })
  process.on('SIGXFSZ', onlyAnError)
  try {
    return await work()
  } finally {
    await release().catch(() => {})
    process.off('SIGXFSZ', onlyAnError)
  }
}

/** Node itself ignores SIGXFSZ, so that a limit on the size of files is an EFBIG; proper-lockfile's signal-exit would die of it. */
function onlyAnError(): void {}
