import { hookState } from './hook-state.js'
import { intercept } from './intercept.js'
import { type AskedSpawn, readRequest } from './request.js'
import { type SyncResult, syncBinding } from './sync-binding.js'

/**
 * Catches spawnSync, execSync and execFileSync, which read this property of Node's internal binding at each call, so
 * those captured before the hook too. Returns what undoes it.
 */
export function patchSyncSpawn(): () => void {
  const sync = syncBinding()
  const original = sync.spawn
  const patched = (options: AskedSpawn): SyncResult => {
    const state = hookState()
    const found = state && intercept(state, readRequest(options))
    if (!found) return original(options)
    const { file, args, envPairs } = found
    const result = original({ ...options, file, args, envPairs })
    if (result.error && result.pid === 0) found.failed(result.error)
    return result
  }
  sync.spawn = patched
  return () => {
    if (sync.spawn === patched) sync.spawn = original
  }
}
