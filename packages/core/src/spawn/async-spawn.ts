import { hookState } from './hook-state.js'
import { intercept, type SpawnRequest } from './intercept.js'
import { nodeBindings } from './node-bindings.js'

/**
 * Catches every asynchronous call, those captured before the hook too: below ChildProcess, so that it keeps what it was
 * asked for in `spawnfile`, `spawnargs` and errors. Returns what undoes it.
 */
export function patchAsyncSpawn(): () => void {
  const { handle } = nodeBindings()
  const original = handle.spawn
  const patched = function spawn(this: object, options: SpawnRequest): number {
    const state = hookState()
    const found = state && intercept(state, options)
    if (!found) return original.call(this, options)
    const { file, args, envPairs } = found
    const errno = original.call(this, { ...options, file, args, envPairs })
    if (errno !== 0) found.failed(errno)
    return errno
  }
  handle.spawn = patched
  return () => {
    // Somebody else's patch over ours stays; ours passes everything on from now on.
    if (handle.spawn === patched) handle.spawn = original
  }
}
