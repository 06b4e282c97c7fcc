import { GlibcMatrixError } from '../errors.js'
import type { RuntimeName } from './schema.js'
import { selectorFault, splitSelectors } from './selectors.js'

/**
 * The selectors of a test file's `@glibc` pragma, null without one. Only the comments before the code count: `//` lines
 * and, as in jest-docblock, the first block comment. Several pragmas add up. Throws PRAGMA_INVALID with file and line.
 */
export function parsePragma(source: string, file: string): string[] | null {
  const pragmas = readPragmas(source, /^@glibc(?![\w-])(.*)$/)
  if (pragmas.length === 0) return null
  return pragmas.flatMap(({ value, line }) => checkedSelectors(value, `${file}:${line}`))
}

/** What a test file's `@glibc-runtime` pragma says, null without one. Throws PRAGMA_INVALID with file and line. */
export function parseRuntimePragma(source: string, file: string): RuntimeName | null {
  const pragma = readPragmas(source, /^@glibc-runtime(?![\w-])(.*)$/).at(-1)
  if (pragma === undefined) return null
  if (pragma.value === 'host' || pragma.value === 'node') return pragma.value
  throw new GlibcMatrixError(
    'PRAGMA_INVALID',
    `${file}:${pragma.line}: found ${pragma.value === '' ? 'nothing after @glibc-runtime' : `'${pragma.value}'`}, expected 'host' or 'node'.`,
    "Write `@glibc-runtime node` to run the file's own Node on each column's glibc, or remove the pragma.",
    { where: `${file}:${pragma.line}`, value: pragma.value },
  )
}

function readPragmas(source: string, pattern: RegExp): { value: string; line: number }[] {
  return leadingLines(source).flatMap(({ text, line }) => {
    const match = pattern.exec(text)
    return match === null ? [] : [{ value: (match[1] ?? '').replace(/(^|\s)\/\/.*$/, '').trim(), line }]
  })
}

interface CommentLine {
  readonly text: string
  /** 1 for the first line of the file. */
  readonly line: number
}

// Reads forward and never back, so that no input is slow.
function leadingLines(source: string): CommentLine[] {
  const lines: CommentLine[] = []
  let offset = source.startsWith('#!') ? endOfLine(source, 0) : 0
  let line = 1
  let block = false
  for (;;) {
    const start = offset + (/^\s*/.exec(source.slice(offset))?.[0].length ?? 0)
    line += countBreaks(source, offset, start)
    const isBlock: boolean = source.startsWith('/*', start) && !block
    if (!isBlock && !source.startsWith('//', start)) return lines
    const close = isBlock ? source.indexOf('*/', start + 2) : endOfLine(source, start)
    if (close === -1) return lines
    const body = source.slice(start + 2, close).split(/\r\n|\n|\r/)
    body.forEach((text, index) => {
      lines.push({ text: text.replace(isBlock ? /^\s*\**\s*/ : /^\s*/, ''), line: line + index })
    })
    line += body.length - 1
    block ||= isBlock
    offset = isBlock ? close + 2 : close
  }
}

function endOfLine(source: string, from: number): number {
  const found = /[\r\n]/g
  found.lastIndex = from
  return found.exec(source)?.index ?? source.length
}

function countBreaks(source: string, from: number, to: number): number {
  return source.slice(from, to).split(/\r\n|\n|\r/).length - 1
}

function checkedSelectors(value: string, where: string): string[] {
  const selectors = splitSelectors(value)
  const bad = selectors.find((selector) => selectorFault(selector) !== null)
  if (selectors.length > 0 && bad === undefined) return selectors
  const found = bad === undefined ? 'nothing after @glibc' : `'${bad}'`
  const expected = bad === undefined ? "columns such as '2.31 2.36' or '>=2.34'" : selectorFault(bad)
  throw new GlibcMatrixError(
    'PRAGMA_INVALID',
    `${where}: found ${found}, expected ${expected}.`,
    'Correct the @glibc pragma, or remove it to run the file in every column.',
    { where, value },
  )
}
