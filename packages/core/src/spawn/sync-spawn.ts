import { hookState } from './hook-state.js'
import { intercept, type SpawnRequest } from './intercept.js'

interface Result {
  readonly error?: number
  /** 0 when nothing was started; a time-out or a full buffer is an error with a process. */
  readonly pid: number
}
type SpawnSync = (options: SpawnRequest) => Result
type Binding = { spawn: SpawnSync }

/**
 * spawnSync, execSync and execFileSync read this property of Node's internal binding at each call
 * (lib/internal/child_process.js), so calls captured before the hook are caught too. Returns what undoes it.
 */
export function patchSyncSpawn(): () => void {
  const binding = spawnSyncBinding()
  const original = binding.spawn
  const patched: SpawnSync = (options) => {
    const state = hookState()
    const found = state && intercept(state, options)
    if (!found) return original(options)
    const { file, args, envPairs } = found
    const result = original({ ...options, file, args, envPairs } as SpawnRequest)
    if (result.error && result.pid === 0) found.failed(result.error)
    return result
  }
  binding.spawn = patched
  return () => {
    if (binding.spawn === patched) binding.spawn = original
  }
}

/** process.binding is deprecated in documentation only (DEP0111), and the one way to this object. */
function spawnSyncBinding(): Binding {
  return (process as unknown as { binding(name: string): Binding }).binding('spawn_sync')
}
