import { lstatSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const owner = 'glibc-matrix.pid'

/** Leaves our process id in a run's directory, by which the next run knows what a kill left. */
export function claimRun(directory: string): void {
  const claim = `${process.pid} ${startTime(process.pid) ?? ''} ${pidNamespace()}`
  writeFileSync(join(directory, owner), claim, { mode: 0o600, flag: 'wx' })
}

/** Without /proc nobody seems to live. */
export function canTellOwners(): boolean {
  return startTime(process.pid) !== null
}

/** True for a directory of ours whose process has ended. What looks so is deleted with all in it: nobody else may make one. */
export function isAbandonedRun(directory: string): boolean {
  const file = join(directory, owner)
  return isMine(directory, 'isDirectory') && isMine(file, 'isFile') && hasEnded(file)
}

/** No link, and nobody else could have put anything there. */
function isMine(path: string, type: 'isDirectory' | 'isFile'): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false })
  return stat?.[type]() === true && stat.uid === process.geteuid?.() && (stat.mode & 0o022) === 0
}

/**
 * A process id alone may have been given to another process since; with its start time it can't have. In a container that
 * shares the place it means another process: such a run is left alone for a day.
 */
function hasEnded(file: string): boolean {
  const [pid, started, namespace] = readText(file).split(' ')
  if (pid === undefined || started === undefined || started === '') return false
  if (namespace !== pidNamespace()) return Date.now() - lstatSync(file).mtimeMs > day
  return startTime(Number(pid)) !== started
}

const day = 24 * 60 * 60 * 1000

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

/** Field 22 of proc_pid_stat(5), in clock ticks since boot. */
function startTime(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
