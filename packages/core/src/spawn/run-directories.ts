import { accessSync, constants, mkdtempSync, readdirSync, readFileSync, rmSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { noSpace } from '../evidence/no-space.js'
import { canTellOwners, claimRun, isAbandonedRun } from './run-owner.js'

/**
 * A new directory for a run's seals and records. ld.so's built-in strings leave 18 bytes, so it is `/tmp/XXXXXX`: a random
 * name that mkdtemp(3) makes for its owner alone, in the first place that can hold programs. What killed runs left is swept.
 *
 * @throws GlibcMatrixError SEAL_FAILED when there is no place, NO_SPACE.
 */
export function makeRunDirectory(): string {
  sweep()
  const place = places().find((place) => isUsable(place))
  if (place === undefined) throw noPlace()
  let directory: string | undefined
  try {
    directory = mkdtempSync(`${place}/`)
    claimRun(directory)
    return directory
  } catch (error) {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true })
    throw runFailure(error, place)
  }
}

/** Where a seal can be, in the order they are tried, and whether this machine lets programs run there. */
export function runPlaces(): { readonly place: string; readonly usable: boolean }[] {
  return places().map((place) => ({ place, usable: isUsable(place) }))
}

/** Says in the user's words that a run's files could not be written; other errors pass unchanged. */
export function runFailure(error: unknown, directory: string): unknown {
  const { code = '' } = error as NodeJS.ErrnoException
  return ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code) ? noSpace(directory, code, error) : error
}

function noPlace(): GlibcMatrixError {
  return new GlibcMatrixError(
    'SEAL_FAILED',
    `neither ${places().join(' nor ')} can hold private loaders: it must be writable, not noexec, and sticky where others write`,
    "`glibc-matrix doctor` tells more. ld.so's built-in strings leave no room for a longer path.",
    { places: places() },
  )
}

function places(): string[] {
  return ['/tmp', '/dev/shm']
}

function isUsable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
    return isSafe(statSync(place)) && !isNoexec(place)
  } catch {
    return false
  }
}

/**
 * Nobody else may rename what we make there: the directory is root's or ours, and sticky if others write to it (inode(7)).
 * In a user namespace root may be 65534 (user_namespaces(7)).
 */
function isSafe({ uid, mode }: Stats): boolean {
  return (uid === 0 || uid === 65534 || uid === process.geteuid?.()) && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0)
}

/** proc_pid_mountinfo(5): field 5 is the mount point, field 6 its options; the longest match holds the directory. */
function isNoexec(place: string): boolean {
  let best = { point: '', options: '' }
  for (const line of readText('/proc/self/mountinfo').split('\n')) {
    const [, , , , point = '', options = ''] = line.split(' ')
    const holds = point === '/' || place === point || place.startsWith(`${point}/`)
    if (holds && point.length >= best.point.length) best = { point, options }
  }
  return best.options.split(',').includes('noexec')
}

function sweep(): void {
  if (!canTellOwners()) return
  for (const place of places()) {
    for (const name of listNames(place)) {
      const directory = join(place, name)
      if (/^[A-Za-z0-9]{6}$/.test(name) && isAbandonedRun(directory))
        rmSync(directory, { recursive: true, force: true })
    }
  }
}

function listNames(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
