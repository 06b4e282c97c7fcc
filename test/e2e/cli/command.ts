import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa, type Options } from 'execa'
import tmp from 'tmp'

/** The built command, as npm links it. */
export const bin = fileURLToPath(new URL('../../../packages/cli/dist/bin.js', import.meta.url))

/** What a run of the command leaves; never rejects, since most tests look at a failure. */
export interface Outcome {
  readonly exitCode: number | undefined
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command in a process of its own. Colours and the caller's matrix variables are taken out. */
export async function glibcMatrix(args: readonly string[], options: Options = {}): Promise<Outcome> {
  const env = { NO_COLOR: '1', GLIBC_MATRIX_ONLY: '', GLIBC_MATRIX_DEBUG: '', ...options.env }
  const defaults = { reject: false, stdin: 'ignore', stripFinalNewline: false, encoding: 'utf8' } as const
  const { exitCode, stdout, stderr } = await execa(process.execPath, [bin, ...args], { ...defaults, ...options, env })
  return { exitCode, stdout: String(stdout), stderr: String(stderr) }
}

/** A new directory, removed when the tests end; real, so that it compares with what programs print. */
export function temporaryDirectory(): string {
  return tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-cli-' }).name
}

/** An empty store in `directory`. */
export function storeIn(directory: string): { readonly GLIBC_MATRIX_HOME: string } {
  return { GLIBC_MATRIX_HOME: join(directory, 'store') }
}

/** A line of a JavaScript stack. */
export const stackLine = /^\s+at .+:\d+:\d+\)?$/m
