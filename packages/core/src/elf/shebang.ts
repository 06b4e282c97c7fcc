import { withBytes } from './bytes.js'

const lineSize = 256

/** The `#!` line of a script, as the kernel splits it. */
export interface Shebang {
  readonly interpreter: string
  /** All the rest of the line as one argument, null without one. */
  readonly argument: string | null
}

/** What the kernel would run for a script (Linux fs/binfmt_script.c, load_script); null when it would refuse. */
export function readShebang(path: string): Shebang | null {
  return withBytes(path, ({ size, window }) => {
    const length = Math.min(size, lineSize)
    return length < 2 ? null : parseShebang(window(0, length).toString('latin1', 0, length).padEnd(lineSize, '\0'))
  })
}

/** `line` is the kernel's buffer: 256 bytes, zeros behind the end of the file. */
function parseShebang(line: string): Shebang | null {
  if (!line.startsWith('#!')) return null
  const limit = endOfLine(line)
  if (limit === null) return null
  const end = line.slice(0, limit).replace(/[ \t]+$/, '').length
  const nameStart = find(line, 2, end, (char) => !isBlank(char))
  if (nameStart === null || nameStart === end) return null
  const nameEnd = find(line, nameStart, end, isTerminator)
  const argument =
    nameEnd === null || line[nameEnd] === '\0' ? null : find(line, nameEnd, end, (char) => !isBlank(char))
  const interpreter = bytesToPath(line.slice(nameStart, Math.min(nameEnd ?? end, end)))
  if (interpreter === '') return null
  return { interpreter, argument: argument === null ? null : bytesToPath(untilNul(line.slice(argument, end))) }
}

/** Without a newline the path must end within the buffer, lest a cut path be run. */
function endOfLine(line: string): number | null {
  const newline = untilNul(line).indexOf('\n')
  if (newline !== -1) return newline
  const last = lineSize - 1
  const start = find(line, 2, last, (char) => !isBlank(char))
  return start === null || find(line, start, last, isTerminator) === null ? null : last
}

/** First index from `start` to `last` inclusive, as the kernel's next_non_spacetab and next_terminator search. */
function find(line: string, start: number, last: number, matches: (char: string) => boolean): number | null {
  for (let at = start; at <= last; at++) {
    if (matches(line.charAt(at))) return at
  }
  return null
}

function isBlank(char: string): boolean {
  return char === ' ' || char === '\t'
}

function isTerminator(char: string): boolean {
  return isBlank(char) || char === '\0'
}

function untilNul(text: string): string {
  const nul = text.indexOf('\0')
  return nul === -1 ? text : text.slice(0, nul)
}

function bytesToPath(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
