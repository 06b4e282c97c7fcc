import {
  closeSync,
  constants,
  fchownSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import type { JournalLine } from './record.js'

/** An open journal: a file of one user that the worker's hook and the shims of its processes append whole lines to. */
export interface Journal {
  /** 8 hex digits, unique in the run. */
  readonly id: string
  append(line: JournalLine): void
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
    const id = Math.floor(Math.random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0')
    const fd = openNew(join(directory, `${id}.jsonl`), flags)
    if (fd === null) continue
    const losses = openSync(join(directory, `${id}.lost`), flags, 0o600)
    ftruncateSync(losses, lossSize)
    if (owner !== undefined) for (const file of [fd, losses]) fchownSync(file, owner.uid, owner.gid)
    closeSync(losses)
    return {
      id,
      append: (line) => void writeSync(fd, `${JSON.stringify(line)}\n`),
      close: () => closeSync(fd),
    }
  }
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

/**
 * All lines of a run, journal by journal.
 *
 * @throws GlibcMatrixError JOURNAL_MALFORMED for a line that neither the hook nor the shim wrote, SESSION_NOT_FOUND when
 * the run's directory is gone.
 */
export function readJournals(directory: string): JournalLine[] {
  const names = readNames(directory).sort()
  return names.flatMap((name): JournalLine[] => {
    if (name.endsWith('.jsonl')) return readLines(join(directory, name))
    return name.endsWith('.lost') ? readLosses(directory, name) : []
  })
}

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    throw new GlibcMatrixError(
      'SESSION_NOT_FOUND',
      `the records of this run are gone: ${directory} can't be read`,
      'Something emptied the temporary directory while the tests ran. Nothing of this run is proven; run it again.',
      { directory },
      error,
    )
  }
}

/** A sparse file that nobody wrote to has no blocks, and isn't read. */
function readLosses(directory: string, name: string): JournalLine[] {
  const path = join(directory, name)
  if (statSync(path).blocks === 0) return []
  const journal = name.slice(0, -'.lost'.length)
  return [...readFileSync(path).entries()].flatMap(([index, byte]): JournalLine[] =>
    // The highest bit of a spawn's counter tells whose libc Node runs on (../reroute/loader.ts), and is not in the index.
    byte === 0 ? [] : [0, 0x80000000].map((bit) => lostIn(journal, bit + index)),
  )
}

function lostIn(journal: string, count: number): JournalLine {
  return { type: 'lost', id: journal + count.toString(16).padStart(8, '0') }
}

function readLines(path: string): JournalLine[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line, index) => parseLine(line, path, index + 1))
}

function parseLine(line: string, path: string, number: number): JournalLine {
  try {
    const value = JSON.parse(line) as JournalLine
    if (!types.has(value.type)) throw new TypeError(`no line of a journal has the type ${value.type}`)
    return value.type === 'mapped' ? decodeBytes(value) : value
  } catch (error) {
    throw new GlibcMatrixError(
      'JOURNAL_MALFORMED',
      `line ${number} of the journal ${path} is not a record: ${line.slice(0, 80)}`,
      'A process of the run wrote into the journal, or a disk ran full. Run the suite again; nothing in this run is proven.',
      { path, line: number },
      error,
    )
  }
}

const types: ReadonlySet<string> = new Set<JournalLine['type']>([
  ...(['hook', 'spawn', 'failed', 'addon', 'thread', 'inspected'] as const),
  ...(['mapped', 'opening', 'exec', 'unstarted', 'lost', 'kernel', 'ended'] as const),
])

/** The shim writes bytes as \u00XX; here they become the UTF-8 text that Node shows for the same path. */
function decodeBytes(line: Extract<JournalLine, { type: 'mapped' }>): JournalLine {
  const text = (value: string) => Buffer.from(value, 'latin1').toString('utf8')
  const objects = line.objects.map((object) => ({ ...object, path: text(object.path) }))
  return { ...line, program: text(line.program), objects }
}
