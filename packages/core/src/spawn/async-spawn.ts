import { ChildProcess } from 'node:child_process'
import { hookState } from './hook-state.js'
import { intercept } from './intercept.js'
import { type AskedSpawn, readRequest } from './request.js'

type Patchable = { spawn(this: ChildProcess, options: AskedSpawn): number | undefined }

/**
 * Every asynchronous call of node:child_process ends in this method (lib/internal/child_process.js), those captured
 * before the hook too. The handle below it takes other arguments from one Node to the next. Returns what undoes it.
 */
export function patchAsyncSpawn(): () => void {
  const prototype = ChildProcess.prototype as unknown as Patchable
  const original = prototype.spawn
  const patched: Patchable['spawn'] = function spawn(options) {
    const state = hookState()
    if (state === undefined) return original.call(this, options)
    const request = readRequest(withoutOddCwd(options))
    const found = intercept(state, request)
    if (found === null) return original.call(this, options)
    const { file, args } = found
    // Node hands the process's own variables on by naming none, which in a thread are not those of `process.env`.
    const envPairs = found.envPairs === request.envPairs ? options.envPairs : found.envPairs
    const result = start(() => original.call(this, { ...options, file, args, envPairs }), found.failed)
    // Errors and callers read these two: they must be what was asked for.
    Object.assign(this, { spawnfile: options.file, spawnargs: options.args ?? [] })
    return result
  }
  prototype.spawn = patched
  return () => {
    // Somebody else's patch over ours stays; ours passes everything on from now on.
    if (prototype.spawn === patched) prototype.spawn = original
  }
}

/** src/process_wrap.cc takes a string alone for a directory, though bytes are let through to it. */
function withoutOddCwd(options: AskedSpawn): AskedSpawn {
  return typeof options.cwd === 'object' && options.cwd !== null ? { ...options, cwd: undefined } : options
}

function start(spawn: () => number | undefined, failed: (errno: number) => void): number | undefined {
  try {
    const errno = spawn()
    if (errno) failed(errno)
    return errno
  } catch (error) {
    failed((error as { errno?: number }).errno ?? 0)
    throw error
  }
}
