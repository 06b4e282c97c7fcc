import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type LockedTree, readLockFile } from '../config/lock-file.js'
import { writeWhole } from './durable.js'
import { type Environment, namesIn, storePaths } from './store.js'

/** Notes where a project's lock file lies, so that `gc` keeps what it pins as long as it does. */
export function keepLock(env: Environment, file: string): void {
  const { roots } = storePaths(env)
  const note = join(roots, createHash('sha256').update(file).digest('hex').slice(0, 32))
  if (existsSync(note)) return
  try {
    mkdirSync(roots, { recursive: true, mode: 0o775 })
    writeWhole(note, file)
  } catch {
    // A store that can't be written isn't collected.
  }
}

/**
 * Everything that the lock files of projects pin; those that are gone are forgotten.
 *
 * @throws GlibcMatrixError LOCK_MALFORMED: nobody knows then what is to be kept.
 */
export function keptTrees(env: Environment): readonly LockedTree[] {
  const { roots } = storePaths(env)
  return namesIn(roots).flatMap((name) => {
    const note = join(roots, name)
    const file = readFileSync(note, 'utf8')
    const { sysroots } = readLockFile(dirname(file), {})
    if (sysroots === null) rmSync(note, { force: true })
    return Object.values(sysroots ?? {}).flatMap(({ machines }) => Object.values(machines))
  })
}
