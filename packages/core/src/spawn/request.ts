import { readlinkSync } from 'node:fs'
import type { Command } from '../reroute/decision.js'

/** A spawn as both of Node's bindings take it, after their own normalisation and ours. */
export interface SpawnRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string | undefined
  readonly envPairs: readonly string[]
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

/** What to start instead, and whom to tell when the kernel refuses. */
export interface Interception {
  readonly file: string
  readonly args: readonly string[]
  readonly envPairs: readonly string[]
  failed(errno: number): void
}

/** What callers may hand on to the bindings, which make strings of it themselves. */
export interface AskedSpawn extends Omit<SpawnRequest, 'args' | 'cwd' | 'envPairs'> {
  readonly args?: readonly unknown[] | undefined
  readonly cwd?: unknown
  readonly envPairs?: readonly string[] | undefined
}

/**
 * Arguments become strings as in the bindings (Utf8Value of src/process_wrap.cc), and without a list of variables there are this
 * process's own. `cwd` is that of the binding: what the asynchronous one ignores is left out before.
 *
 * @throws TypeError for a symbol, as they do.
 */
export function readRequest(asked: AskedSpawn): SpawnRequest {
  const { args = [], cwd, envPairs } = asked
  const isPlain = cwd === undefined || cwd === null || typeof cwd === 'string'
  if (isPlain && envPairs !== undefined && areTexts(args)) return asked as SpawnRequest
  return {
    ...asked,
    args: Array.from(args, (each) => `${each}`),
    cwd: isPlain ? (cwd ?? undefined) : `${cwd}`,
    envPairs: envPairs ?? Object.entries(process.env).map(([name, value]) => `${name}=${value}`),
  }
}

/** No `every`, which passes over the holes of a list. */
function areTexts(args: readonly unknown[]): args is readonly string[] {
  for (let index = 0; index < args.length; index++) if (typeof args[index] !== 'string') return false
  return true
}

const letterP = 'P'.charCodeAt(0)
const letterL = 'L'.charCodeAt(0)

/** What `plan` looks at: of the environment only what execvp and ld.so read. The first of two equal names wins, as in getenv(3). */
export function readCommand(request: SpawnRequest): Command {
  const env: Record<string, string> = {}
  for (const pair of request.envPairs) {
    const first = pair.charCodeAt(0)
    if (first !== letterP && first !== letterL) continue
    if (!pair.startsWith('PATH=') && !pair.startsWith('LD_')) continue
    const equals = pair.indexOf('=')
    env[pair.slice(0, equals)] ??= pair.slice(equals + 1)
  }
  return { file: request.file, args: request.args, cwd: request.cwd ?? workingDirectory(request.file), env }
}

/**
 * A removed directory has no name, but a process may still be in it (proc_pid_cwd(5)). Node remembers the name, and where
 * another directory has it now a relative program would be found that the kernel doesn't find.
 */
function workingDirectory(file: string): string {
  try {
    return isRelative(file) && isRemoved() ? current : process.cwd()
  } catch {
    return current
  }
}

const current = '/proc/self/cwd'

function isRemoved(): boolean {
  try {
    return readlinkSync(current).endsWith(' (deleted)')
  } catch {
    return false
  }
}

function isRelative(file: string): boolean {
  return file.includes('/') && !file.startsWith('/')
}
