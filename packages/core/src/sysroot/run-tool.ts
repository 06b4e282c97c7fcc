import { spawn } from 'node:child_process'
import { once } from 'node:events'

export interface ToolOptions {
  readonly cwd?: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Takes what it prints, stdout and stderr as they come; what this throws ends the tool. */
  readonly onOutput: (chunk: Buffer, from: 'stdout' | 'stderr') => void
  /** What it reads from stdin; nothing when left out. */
  readonly input?: string
  /** It is ended (SIGTERM) after this long, in milliseconds. */
  readonly timeout?: number
}

/**
 * Runs a tool of the machine that a provider needs (make, npm, a credential helper), to its end; the one place outside of `spawn` that starts
 * anything, and never a program under test. Its output is a pipe of ours: when we are killed, it ends with the next line that it
 * prints instead of going on alone.
 *
 * @returns its exit status, or the signal that ended it
 * @throws what kept it from starting (ENOENT), or what `onOutput` threw.
 */
export async function runTool(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, env, onOutput, input = '', timeout = 0 }: ToolOptions,
): Promise<number | NodeJS.Signals> {
  const child = spawn(file, args, { cwd, env: env as NodeJS.ProcessEnv, stdio: 'pipe', timeout })
  // A tool that ends without reading is no failure of ours.
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  let fault: { readonly error: unknown } | null = null
  const take = (chunk: Buffer, from: 'stdout' | 'stderr') => {
    if (fault !== null) return
    try {
      onOutput(chunk, from)
    } catch (error) {
      fault = { error }
      child.kill()
      child.stdout.destroy()
      child.stderr.destroy()
    }
  }
  child.stdout.on('data', (chunk) => take(chunk, 'stdout'))
  child.stderr.on('data', (chunk) => take(chunk, 'stderr'))
  const [status, signal] = await once(child, 'close')
  if (fault !== null) throw (fault as { error: unknown }).error
  return status ?? signal
}
