import { GlibcMatrixError } from '../errors.js'
import type { AskedSpawn } from './request.js'

export interface SyncResult {
  readonly error?: number
  /** 0 when nothing was started; a time-out or a full buffer is an error with a process. */
  readonly pid: number
}

/** Where spawnSync, execSync and execFileSync end (lib/internal/child_process.js of Node 20 to 26). */
export interface SyncBinding {
  spawn(options: AskedSpawn): SyncResult
}

/**
 * process.binding is deprecated in documentation only (DEP0111), and the one way to this object.
 *
 * @throws GlibcMatrixError PLATFORM_UNSUPPORTED under Node's permission model, which hides it.
 */
export function syncBinding(): SyncBinding {
  try {
    return (process as unknown as { binding(name: string): SyncBinding }).binding('spawn_sync')
  } catch (error) {
    throw new GlibcMatrixError(
      'PLATFORM_UNSUPPORTED',
      `this Node (${process.version}) does not let its child_process be hooked: ${(error as Error).message}`,
      'Run the tests without --permission; a child may have it.',
      {},
      error,
    )
  }
}
