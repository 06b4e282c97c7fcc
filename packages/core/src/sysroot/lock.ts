import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describeHolder, holderHere, parseHolder, stateOf } from './holder.js'
import { type Environment, storePaths } from './store.js'

/** How often a holder says that it lives, in milliseconds. */
const BEAT = 2_000
/** One of another machine that says nothing for this long is gone; of this machine the process itself is looked for. */
const SILENCE = 15_000
const POLL = 50
/** Nobody needs to know of a shorter wait, in milliseconds. */
const PATIENCE = 1_000

/**
 * Runs `work` while no other process, on this machine or another with the same file system, changes `key`: many workers may ask
 * for one sysroot at once, one installs it. Whoever is killed loses it. Two could hold it if a machine sleeps in its turn;
 * nothing breaks then, since finished directories are put in place by one rename.
 */
export async function withLock<T>(
  env: Environment,
  key: string,
  work: () => Promise<T>,
  /** Told once whom a longer wait is for. */
  onWait: (holder: string) => void = () => {},
): Promise<T> {
  const { locks } = storePaths(env)
  mkdirSync(locks, { recursive: true, mode: 0o775 })
  const path = join(locks, key)
  const began = performance.now()
  let isTold = false
  for (let seen: Seen | null = null; ; ) {
    const text = take(path)
    if (text !== null) return held(path, text, work)
    seen = look(path, seen)
    if (seen?.isGone) breakLock(path, seen.text)
    else await setTimeout(POLL + Math.random() * POLL)
    if (isTold || seen === null || performance.now() - began < PATIENCE) continue
    const holder = parseHolder(seen.text)
    onWait(holder === null ? 'an unknown process' : describeHolder(holder))
    isTold = true
  }
}

/** As `withLock`, null at once when another holds it. */
export async function tryLock<T>(env: Environment, key: string, work: () => Promise<T>): Promise<T | null> {
  const { locks } = storePaths(env)
  mkdirSync(locks, { recursive: true, mode: 0o775 })
  const path = join(locks, key)
  const seen = look(path, null)
  if (seen?.isGone) breakLock(path, seen.text)
  const text = take(path)
  return text === null ? null : held(path, text, work)
}

/** Answers what was written into the new lock, null when there is one already. */
function take(path: string): string | null {
  const text = `${JSON.stringify({ ...holderHere(), nonce: randomBytes(8).toString('hex') })}\n`
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o664 })
    return text
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
    // On a full disk a name without content may be left: nobody else's, since it was made by this call.
    if (textOf(path) === '') rmSync(path, { force: true })
    throw error
  }
}

async function held<T>(path: string, text: string, work: () => Promise<T>): Promise<T> {
  const beat = setInterval(() => touch(path), BEAT)
  beat.unref()
  try {
    return await work()
  } finally {
    clearInterval(beat)
    if (textOf(path) === text) rmSync(path, { force: true })
  }
}

function touch(path: string): void {
  try {
    utimesSync(path, new Date(), new Date())
  } catch {
    // Another took it for dead: the work is still sound, and ends by itself.
  }
}

interface Seen {
  readonly text: string
  readonly touched: number
  /** When it was first seen so, by our own clock: another machine's may be wrong. */
  readonly since: number
  readonly isGone: boolean
}

function look(path: string, before: Seen | null): Seen | null {
  const text = textOf(path)
  const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs
  if (text === null || touched === undefined) return null
  const same = before !== null && before.text === text && before.touched === touched
  const since = same ? before.since : performance.now()
  const holder = parseHolder(text)
  const state = holder === null ? 'unknown' : stateOf(holder)
  const isSilent = state === 'unknown' && performance.now() - since > SILENCE
  return { text, touched, since, isGone: state === 'gone' || isSilent }
}

/** Moves the lock away first, and puts it back if another's had come in between. */
function breakLock(path: string, text: string): void {
  const aside = `${path}.broken-${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  const moved = textOf(aside)
  if (moved !== null && moved !== text) {
    try {
      writeFileSync(path, moved, { flag: 'wx', mode: 0o664 })
    } catch {
      // A third one holds it by now; the one that was moved works on beside it.
    }
  }
  rmSync(aside, { force: true })
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
