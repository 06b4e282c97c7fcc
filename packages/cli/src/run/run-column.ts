import { type ChildProcess, spawn } from 'node:child_process'
import { type Column, GlibcMatrixError, type Session, type TestResult } from '@glibc-matrix/core'
import { attach, uninstall } from '@glibc-matrix/core/register'
import { keptFile } from './kept-file.js'
import type { SignalRelay } from './signals.js'

/** How the command ended in a column; both null where it wasn't started. */
export interface Ending {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly result: TestResult
  /** The end of what it wrote to stderr, where that was kept. */
  readonly stderr: string
}

/** The file and the test that the hook and the grid know the command by. */
export const place = { suite: '(command)', test: '(command)' } as const

export interface RunOptions {
  /** Where the command's stdout and stderr go: to ours; both to stderr, as stdout is for JSON alone; nowhere. */
  readonly output: 'inherit' | 'stderr' | 'none'
  /** stderr is kept for a report, and passed on when the command has ended. */
  readonly keepStderr: boolean
  readonly signals: SignalRelay
}

/** Runs the command in each column that there is, one after another; after a signal no further one is started. */
export async function runColumns(
  session: Session,
  columns: readonly Column[],
  command: readonly string[],
  options: RunOptions,
): Promise<ReadonlyMap<string, Ending>> {
  const endings = new Map<string, Ending>()
  for (const column of columns.filter(({ skip }) => skip === null)) {
    if (options.signals.received() !== null) break
    endings.set(column.name, await runColumn(session, column, command, options))
  }
  return endings
}

/** Runs the command once, its spawn going through the hook as in a test. stdin, cwd and environment are ours. */
export async function runColumn(
  session: Session,
  column: Column,
  command: readonly string[],
  { output, keepStderr, signals }: RunOptions,
): Promise<Ending> {
  const [file, ...args] = command as [string, ...string[]]
  const started = performance.now()
  const kept = keepStderr ? keptFile() : null
  attach({ session: session.file, column: column.name, file: place.suite })
  try {
    const child = spawn(file, args, { stdio: [output === 'none' ? 'ignore' : 'inherit', ...streams(output, kept?.fd)] })
    signals.passTo((signal) => child.kill(signal))
    const { exitCode, signal, error } = await endOf(child)
    if (error !== null && !lacksLoader(error)) throw notStarted(file, error)
    const durationMs = Math.round(performance.now() - started)
    const stderr = kept?.read() ?? ''
    if (output !== 'none') process.stderr.write(stderr)
    return { exitCode, signal, result: resultOf(column.name, exitCode, signal, durationMs), stderr: tailOf(stderr) }
  } finally {
    uninstall()
    kept?.remove()
  }
}

/** A number is a descriptor of ours that the command gets. */
function streams(output: RunOptions['output'], kept: number | undefined) {
  const ours = output === 'none' ? 'ignore' : 'inherit'
  return [output === 'stderr' ? 2 : ours, kept ?? ours] as const
}

interface End {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  /** Why it could not be started. */
  readonly error: NodeJS.ErrnoException | null
}

function endOf(child: ChildProcess): Promise<End> {
  return new Promise((resolve) => {
    // A signal that could not be sent is told as an error too.
    child.on('error', (error) => child.pid === undefined && resolve({ exitCode: null, signal: null, error }))
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, error: null }))
  })
}

/** How much of the end of stderr a report keeps, in characters. */
const tail = 4000

function tailOf(text: string): string {
  return text.length <= tail ? text : `…${text.slice(-tail)}`
}

function resultOf(column: string, exitCode: number | null, signal: string | null, durationMs: number): TestResult {
  const message = endingOf(exitCode, signal) || 'it could not be started'
  return exitCode === 0
    ? { column, ...place, state: 'pass', durationMs }
    : { column, ...place, state: 'fail', durationMs, message }
}

/** How a command ended, in words. */
export function endingOf(exitCode: number | null, signal: string | null): string {
  return signal ?? (exitCode === null ? '' : `exit ${exitCode}`)
}

/** The file is there, as was made sure of before; so it is its loader that is not, another libc's, which the cell will tell. */
function lacksLoader({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ENOENT'
}

/** The kernel refused what the plan let through: a bad interpreter, an argument list that is too long. */
function notStarted(file: string, error: NodeJS.ErrnoException): GlibcMatrixError {
  const { code = 'unknown error' } = error
  return new GlibcMatrixError(
    'PROGRAM_NOT_EXECUTABLE',
    `'${file}' can't be started: ${code}`,
    'Start it by hand to see what the kernel says: a script names an interpreter, a program must be of this machine.',
    { file, errno: code },
    error,
  )
}
