import { accessSync, constants, lstatSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Where runs keep their seals. ld.so's built-in strings leave 18 bytes, so a path is `/tmp/XXXXXX`: a random name that
 * mkdtemp(3) makes for its owner alone. Each run leaves its process id inside, by which the next sweeps what a kill left.
 */
export const runDirectories = {
  /** A prefix for mkdtemp: the first place that can hold programs. */
  next(): string {
    sweep()
    return `${places().find((place) => isUsable(place)) ?? '/tmp'}/`
  },
  claim(directory: string): void {
    writeFileSync(join(directory, owner), `${process.pid} ${startTime(process.pid) ?? ''}`)
  },
}

/** Where a seal can be, in the order they are tried, and whether this machine lets programs run there. */
export function runPlaces(): { readonly place: string; readonly usable: boolean }[] {
  return places().map((place) => ({ place, usable: isUsable(place) }))
}

const owner = 'glibc-matrix.pid'

function places(): string[] {
  return ['/tmp', '/dev/shm']
}

function isUsable(place: string): boolean {
  try {
    accessSync(place, constants.W_OK | constants.X_OK)
    return !isNoexec(place)
  } catch {
    return false
  }
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
  for (const place of places()) {
    for (const name of listNames(place)) {
      if (!/^[A-Za-z0-9]{6}$/.test(name)) continue
      const directory = join(place, name)
      if (isMine(directory) && isAbandoned(join(directory, owner))) rmSync(directory, { recursive: true, force: true })
    }
  }
}

function isMine(directory: string): boolean {
  const stat = lstatSync(directory, { throwIfNoEntry: false })
  return stat?.isDirectory() === true && stat.uid === process.getuid?.()
}

/** A process id alone may have been given to another process since; with its start time it can't have. */
function isAbandoned(file: string): boolean {
  const [pid, started] = readText(file).split(' ')
  if (pid === undefined || started === undefined || started === '') return false
  return startTime(Number(pid)) !== started
}

/** Field 22 of proc_pid_stat(5), in clock ticks since boot. */
function startTime(pid: number): string | null {
  const stat = readText(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
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
