import { GlibcMatrixError } from '../errors.js'
import type { SpawnRequest } from './intercept.js'

export interface SyncResult {
  readonly error?: number
  /** 0 when nothing was started; a time-out or a full buffer is an error with a process. */
  readonly pid: number
}

/** The two places that every call of node:child_process ends in (lib/internal/child_process.js of Node 20 to 26). */
export interface NodeBindings {
  /** The prototype of a child's handle: answers an errno, 0 when it was started. */
  readonly handle: { spawn(this: object, options: SpawnRequest): number }
  readonly sync: { spawn(options: SpawnRequest): SyncResult }
}

/**
 * process.binding is deprecated in documentation only (DEP0111), and the one way to these objects.
 *
 * @throws GlibcMatrixError PLATFORM_UNSUPPORTED under Node's permission model, which hides it.
 */
export function nodeBindings(): NodeBindings {
  try {
    const { binding } = process as unknown as { binding(name: string): unknown }
    const { Process } = binding('process_wrap') as { Process: { prototype: NodeBindings['handle'] } }
    return { handle: Process.prototype, sync: binding('spawn_sync') as NodeBindings['sync'] }
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
