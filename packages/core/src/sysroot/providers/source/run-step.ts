import { readFileSync } from 'node:fs'
import { GlibcMatrixError } from '../../../errors.js'
import { runTool } from '../../run-tool.js'
import type { Environment } from '../../store.js'
import type { Progress } from '../provider.js'
import type { BuildLog } from './log.js'

/** What the steps of one build share. */
export interface BuildJob {
  readonly sysroot: string
  readonly env: Environment
  readonly log: BuildLog
  readonly onProgress: (progress: Progress) => void
}

export interface Step {
  readonly stage: 'unpack' | 'configure' | 'compile' | 'install'
  readonly cwd: string
  readonly command: readonly [string, ...string[]]
}

/** Variables that change what a build of glibc does; its configure refuses the first with the current directory in it. */
const DROPPED = ['LD_LIBRARY_PATH', 'LD_PRELOAD', 'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'DESTDIR', 'CDPATH', 'LANGUAGE']

/**
 * Runs one step; all that it prints goes to the log.
 *
 * @throws GlibcMatrixError BUILD_FAILED, with the log's path and the line that tells most.
 */
export async function runStep({ stage, cwd, command }: Step, job: BuildJob): Promise<void> {
  const { sysroot, log, onProgress } = job
  log.write(`# ${command.join(' ')}\n`)
  let done = 0
  onProgress({ sysroot, stage, done, total: null })
  const env: Record<string, string | undefined> = { ...job.env, LC_ALL: 'C' }
  for (const name of DROPPED) delete env[name]
  const onOutput = (chunk: Buffer) => {
    log.write(chunk)
    done += chunk.length
    onProgress({ sysroot, stage, done, total: null })
  }
  const status = await runTool(command, { cwd, env, onOutput }).catch((error) => {
    throw error.syscall?.startsWith('spawn') ? failed(command, 'could not be started', job, error) : error
  })
  if (status === 0) return
  throw failed(command, typeof status === 'number' ? `ended with status ${status}` : `was ended by ${status}`, job)
}

function failed(
  command: readonly string[],
  how: string,
  { sysroot, log }: BuildJob,
  cause?: unknown,
): GlibcMatrixError {
  const line = tellingLine(readFileSync(log.path, 'utf8'))
  return new GlibcMatrixError(
    'BUILD_FAILED',
    `The build of '${sysroot}' failed: ${command.slice(0, 2).join(' ')} ${how}${line === null ? '' : `: ${line}`}`,
    `Read its log: ${log.path}`,
    { sysroot, command, log: log.path },
    cause,
  )
}

/** The first complaint of a compiler, configure or make near the end; what follows it only repeats that something failed. */
function tellingLine(text: string): string | null {
  const lines = text.split('\n').slice(-400)
  const found =
    lines.find((line) => /\berror: |^\*\*\* |: not found$|No such file or directory/.test(line)) ??
    lines.find((line) => /\*\*\*/.test(line))
  return found?.trim().slice(0, 300) ?? null
}
