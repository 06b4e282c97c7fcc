import { readlinkSync } from 'node:fs'
import type { Command } from '../reroute/decision.js'

/** A spawn as both of Node's bindings take it, after their own normalisation. */
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
