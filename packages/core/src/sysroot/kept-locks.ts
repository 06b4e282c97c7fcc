import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type LockedTree, readLockFile } from '../config/lock-file.js'
import { type Environment, namesIn, storePaths } from './store.js'

/** Notes where a project's lock file lies, so that `gc` keeps what it pins as long as it does. */
export function keepLock(env: Environment, file: string): void {
  const { roots } = storePaths(env)
  const note = join(roots, nameOf(file))
  try {
    if (notedIn(note) === file) return
    mkdirSync(roots, { recursive: true, mode: 0o775 })
    writeFileSync(note, file, { mode: 0o664 })
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
    const file = notedIn(note)
    if (file === null || nameOf(file) !== name) return []
    const { sysroots } = readLockFile(dirname(file), {})
    if (sysroots === null) rmSync(note, { force: true })
    return Object.values(sysroots ?? {}).flatMap(({ machines }) => Object.values(machines))
  })
}

/** Notes are called by what is in them: one whose writer was killed is known, and written again when its project is met again. */
function nameOf(file: string): string {
  return createHash('sha256').update(file).digest('hex').slice(0, 32)
}

function notedIn(note: string): string | null {
  try {
    return readFileSync(note, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
