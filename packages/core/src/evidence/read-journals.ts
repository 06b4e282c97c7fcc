import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import type { JournalLine } from './record.js'

/** All that a run's journals say so far. */
export interface ReadLines {
  readonly lines: readonly JournalLine[]
  /** What to throw for a line without an end, if nobody writes any more. */
  readonly torn: GlibcMatrixError | null
}

/**
 * All lines of a run, journal by journal.
 *
 * @throws GlibcMatrixError JOURNAL_MALFORMED for a line that neither the hook nor the shim wrote, SESSION_NOT_FOUND when
 * the run's directory is gone.
 */
export function readJournals(directory: string): readonly JournalLine[] {
  const { lines, torn } = journalReader(directory)()
  if (torn !== null) throw torn
  return lines
}

/**
 * Answers at each call all lines so far, and reads only what came since: of a long run that is hundreds of megabytes.
 * Throws as `readJournals` does.
 */
export function journalReader(directory: string): () => ReadLines {
  const files = new Map<string, JournalFile>()
  const shared = sharing()
  return () => {
    const names = readNames(directory).sort()
    const lines: JournalLine[] = []
    for (const name of names) {
      if (name.endsWith('.lost')) for (const line of readLosses(directory, name)) lines.push(line)
      if (!name.endsWith('.jsonl')) continue
      const path = join(directory, name)
      const file = files.get(path) ?? { lines: [], read: 0, rest: Buffer.alloc(0) }
      files.set(path, file)
      readOn(path, file, shared)
      for (const line of file.lines) lines.push(line)
    }
    const [torn = null] = [...files].flatMap(([path, { lines, rest }]) =>
      rest.length === 0 ? [] : malformed(rest.toString('utf8'), path, lines.length + 1),
    )
    return { lines, torn }
  }
}

interface JournalFile {
  readonly lines: JournalLine[]
  /** How many bytes were read. */
  read: number
  /** The beginning of a line whose end was not there yet. */
  rest: Buffer
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
  const journal = name.slice(0, -'.lost'.length)
  const fd = openFile(path)
  let bytes: Buffer
  try {
    if (fstatSync(fd).blocks === 0) return []
    bytes = readFileSync(fd)
  } finally {
    closeSync(fd)
  }
  const lines: JournalLine[] = []
  for (let index = bytes.indexOf(1); index !== -1; index = bytes.indexOf(1, index + 1)) {
    // The highest bit of a spawn's counter tells whose libc Node runs on (../reroute/loader.ts), and is not in the index.
    for (const bit of [0, 0x80000000]) lines.push(lostIn(journal, bit + index))
  }
  return lines
}

function lostIn(journal: string, count: number): JournalLine {
  return { type: 'lost', id: journal + count.toString(16).padStart(8, '0') }
}

/** A program may have put anything in its place: a link, or a FIFO that nobody writes to. */
function openFile(path: string): number {
  let fd: number | undefined
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if (fstatSync(fd).isFile()) return fd
  } catch (error) {
    throw malformed('it can not be opened', path, 0, error)
  }
  closeSync(fd)
  throw malformed('it is no regular file', path, 0)
}

const chunkSize = 1 << 20

function readOn(path: string, file: JournalFile, shared: Shared): void {
  const fd = openFile(path)
  try {
    const chunk = Buffer.alloc(chunkSize)
    for (;;) {
      const length = readSync(fd, chunk, 0, chunkSize, file.read)
      if (length === 0) return
      file.read += length
      takeLines(Buffer.concat([file.rest, chunk.subarray(0, length)]), path, file, shared)
    }
  } finally {
    closeSync(fd)
  }
}

function takeLines(bytes: Buffer, path: string, file: JournalFile, shared: Shared): void {
  let start = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
    if (end > start) file.lines.push(parseLine(bytes.toString('utf8', start, end), path, file.lines.length + 1, shared))
    start = end + 1
  }
  file.rest = Buffer.from(bytes.subarray(start))
}

function parseLine(line: string, path: string, number: number, shared: Shared): JournalLine {
  try {
    const value = JSON.parse(line) as JournalLine
    if (!types.has(value.type)) throw new TypeError(`no line of a journal has the type ${value.type}`)
    return shared(value.type === 'mapped' ? decodeBytes(value) : value)
  } catch (error) {
    throw malformed(line, path, number, error)
  }
}

function malformed(line: string, path: string, number: number, error?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'JOURNAL_MALFORMED',
    `line ${number} of the journal ${path} is not a record: ${line.slice(0, 80)}`,
    'A process of the run wrote into the journal, or a disk ran full. Run the suite again; nothing in this run is proven.',
    { path, line: number },
    error,
  )
}

const types: ReadonlySet<string> = new Set<JournalLine['type']>([
  ...(['hook', 'spawn', 'failed', 'addon', 'thread', 'inspected', 'outside'] as const),
  ...(['mapped', 'opening', 'exec', 'unstarted', 'lost', 'counted', 'kernel', 'ended'] as const),
])

/** The shim writes bytes as \u00XX; here they become the UTF-8 text that Node shows for the same path. */
function decodeBytes(line: Extract<JournalLine, { type: 'mapped' }>): JournalLine {
  const text = (value: string) => Buffer.from(value, 'latin1').toString('utf8')
  const objects = line.objects.map((object) => ({ ...object, path: text(object.path) }))
  return { ...line, program: text(line.program), objects }
}

type Shared = (line: JournalLine) => JournalLine

/** What a suite starts again and again maps the same files: those lists are kept once. */
function sharing(): Shared {
  const known = new Map<string, unknown>()
  const once = <T>(value: T): T => {
    const key = JSON.stringify(value)
    if (!known.has(key) && known.size < 10_000) known.set(key, value)
    return (known.get(key) as T | undefined) ?? value
  }
  return (line) => {
    if (line.type === 'mapped') return { ...line, program: once(line.program), objects: once(line.objects) }
    if (line.type !== 'spawn') return line
    const { command, env, reason, program, cwd, place } = line
    return {
      ...{ ...line, command: once(command), env: once(env), reason: once(reason) },
      ...{ program: once(program), cwd: once(cwd), place: once(place) },
    }
  }
}
