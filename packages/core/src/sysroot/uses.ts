import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type Holder, holderHere, parseHolder, stateOf } from './holder.js'
import { type Environment, namesIn, storeDirectory, storePaths } from './store.js'
import type { Sysroot } from './sysroot.js'

/** Of another machine, or of a container, nobody can see whether a process still runs: it counts for a day, in milliseconds. */
const TRUSTED = 24 * 3_600_000

/** Notes of this process, by what they hold. */
const notes = new Map<string, string>()

/**
 * Says that this process runs programs on a sysroot, until it ends: `remove` and `gc` leave it alone meanwhile. The note of a
 * process that was killed counts for nothing.
 */
export function holdSysroot({ path, libraryPath }: Sysroot, env: Environment = process.env): void {
  const home = realOr(dirname(storeDirectory(env)))
  const prefixes = { [join(home, 'store', 'trees')]: '', [join(home, 'companions')]: 'companions-' }
  for (const directory of [path, ...libraryPath].map(dirname)) {
    const prefix = prefixes[dirname(directory)]
    const what = `${prefix}${basename(directory)}`
    if (prefix === undefined || notes.has(what)) continue
    const note = writeNote(what, env)
    if (note === null) continue
    if (notes.size === 0) process.once('exit', releaseAll)
    notes.set(what, note)
  }
}

/** Keeps a tree from `gc` while it has no name yet, or `packages` while an install takes files from them. */
export async function holding<T>(what: string, env: Environment, work: () => T): Promise<T> {
  const note = writeNote(what, env)
  try {
    return await work()
  } finally {
    if (note !== null) rmSync(note, { force: true })
  }
}

/** The living processes that hold a tree, `packages` or `companions-KEY`; notes of those that are gone are removed. */
export function holdersOf(env: Environment, what: string): readonly Holder[] {
  const { uses } = storePaths(env)
  return namesIn(uses).flatMap((name) => {
    if (!name.startsWith(`${what}~`)) return []
    const holder = livingIn(join(uses, name))
    if (holder === null) rmSync(join(uses, name), { force: true })
    return holder ?? []
  })
}

/** Null for a store that can't be written: nobody can collect it either. */
function writeNote(what: string, env: Environment): string | null {
  const { uses } = storePaths(env)
  const note = join(uses, `${what}~${process.pid}-${randomBytes(4).toString('hex')}`)
  try {
    mkdirSync(uses, { recursive: true, mode: 0o775 })
    writeFileSync(note, JSON.stringify(holderHere()), { flag: 'wx', mode: 0o664 })
    return note
  } catch {
    // On a full disk a name without content may be left.
    rmSync(note, { force: true })
    return null
  }
}

function releaseAll(): void {
  for (const note of notes.values()) rmSync(note, { force: true })
}

function livingIn(path: string): Holder | null {
  try {
    const holder = parseHolder(readFileSync(path, 'utf8'))
    const state = holder === null ? 'unknown' : stateOf(holder)
    const isFresh = Date.now() - statSync(path).mtimeMs < TRUSTED
    if (state === 'gone' || (state === 'unknown' && !isFresh)) return null
    return holder ?? { host: '', boot: '', namespace: '', pid: 0, start: '' }
  } catch {
    return null
  }
}

function realOr(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
