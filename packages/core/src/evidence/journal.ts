import { randomBytes } from 'node:crypto'
import { closeSync, constants, fchownSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { noSpace } from './no-space.js'
import type { JournalLine } from './record.js'

/** An open journal: a file of one user that the worker's hook and the shims of its processes append whole lines to. */
export interface Journal {
  /** 8 hex digits, unique in the run. */
  readonly id: string
  /** @throws GlibcMatrixError NO_SPACE */
  append(line: JournalLine): void
  /** The same for a line that is JSON already. */
  appendText(line: string): void
  /** Called before the start of this number, in order: its tree can then say what it could not write, on a full disk too. */
  reserve(count: number): void
  close(): void
}

/**
 * Creates a journal in `directory`. `owner` hands the file to the user that a child will run as (root only).
 *
 * @throws the error of open(2) or fchown(2).
 */
export function createJournal(directory: string, owner?: { uid: number; gid: number }): Journal {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_APPEND | constants.O_NOFOLLOW
  for (;;) {
    const id = randomBytes(4).toString('hex')
    const fd = openNew(join(directory, `${id}.jsonl`), flags)
    if (fd === null) continue
    const lost = join(directory, `${id}.lost`)
    const losses = openSync(lost, flags, 0o600)
    ftruncateSync(losses, lossSize)
    if (owner !== undefined) for (const file of [fd, losses]) fchownSync(file, owner.uid, owner.gid)
    closeSync(losses)
    let reserved = -1
    return {
      id,
      append: (line) => appendText(fd, JSON.stringify(line), directory),
      appendText: (line) => appendText(fd, line, directory),
      reserve(count) {
        const page = Math.floor(count / lossPage)
        if (page <= reserved || count >= lossSize) return
        reservePage(lost, page * lossPage, directory)
        reserved = page
      },
      close: () => closeSync(fd),
    }
  }
}

/** A hole in a file that is mapped would be a SIGBUS to whoever writes there when the disk is full. */
function reservePage(path: string, at: number, directory: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NOFOLLOW)
  try {
    whole(() => writeSync(fd, Buffer.alloc(lossPage), 0, lossPage, at), lossPage, directory)
  } finally {
    closeSync(fd)
  }
}

function appendText(fd: number, line: string, directory: string): void {
  const text = `${line}\n`
  whole(() => writeSync(fd, text), Buffer.byteLength(text), directory)
}

/** @throws GlibcMatrixError NO_SPACE */
function whole(write: () => number, length: number, directory: string): void {
  let written: number
  try {
    written = write()
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    throw ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(code) ? noSpace(directory, code, error) : error
  }
  if (written < length) throw noSpace(directory, 'ENOSPC')
}

function openNew(path: string, flags: number): number | null {
  try {
    return openSync(path, flags, 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null
    throw error
  }
}

// packages/native/c/journal.h: a byte for each spawn of a worker, set when a process of its tree could not write a line.
const lossSize = 1 << 20
const lossPage = 4096
