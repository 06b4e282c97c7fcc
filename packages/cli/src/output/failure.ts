import { isGlibcMatrixError } from '@glibc-matrix/core/store'
import { exitStatus } from './exit-status.js'

/** Tells a failure on stderr, without a stack unless asked for, and answers the exit status. */
export function printFailure(error: unknown, argv: readonly string[]): number {
  process.stderr.write(describeFailure(error))
  if (wantsStack(argv)) process.stderr.write(`${stackOf(error)}\n`)
  return exitStatus(error)
}

/** A failure for people: its code, what was found, and below it what to do. */
export function describeFailure(error: unknown): string {
  if (isGlibcMatrixError(error)) return `glibc-matrix: ${error.code}: ${error.message}\n${indent(error.hint)}`
  if ((error as NodeJS.ErrnoException | null)?.syscall === 'uv_cwd')
    return `glibc-matrix: USAGE: the current directory does not exist any more\n${indent('Change to one that does.')}`
  const message = error instanceof Error ? error.message : String(error)
  return `glibc-matrix: INTERNAL: ${message}\n${indent('Run it again with --debug, and report what it prints.')}`
}

function indent(text: string): string {
  return text === '' ? '' : `${text.replace(/^/gm, '  ')}\n`
}

function wantsStack(argv: readonly string[]): boolean {
  const { GLIBC_MATRIX_DEBUG: variable = '' } = process.env
  const end = argv.indexOf('--')
  return !['', '0'].includes(variable) || argv.slice(0, end === -1 ? undefined : end).includes('--debug')
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return ''
  const cause = error.cause === undefined ? '' : `\ncaused by: ${stackOf(error.cause)}`
  return `${error.stack}${cause}`
}
