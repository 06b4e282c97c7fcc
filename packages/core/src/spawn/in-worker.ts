import type { Decision } from '../reroute/decision.js'
import type { SpawnId } from '../reroute/loader.js'
import { spawnVariable } from '../reroute/strategies/strategy.js'
import { type How, notStarted } from './describe-spawn.js'
import type { Interception } from './request.js'
import type { WorkerPlace } from './worker.js'

/** A start that a plan was made for, and how to announce it. */
export interface PlannedStart extends Interception {
  readonly id: SpawnId
  readonly column: string
  readonly decision: Decision
  announce(made: Decision, how?: How): void
}

/**
 * In a worker whose Node runs in the column the shim is in this very process and starts everything as it must be. It only
 * has to know which tree begins (packages/native/c/start.h, start_given).
 */
export function startInWorker(start: PlannedStart, worker: WorkerPlace): Interception {
  const { id, column, decision, announce, file, args, envPairs, failed } = start
  if (column !== worker.column) {
    const reason = `this worker's Node runs in the column ${worker.column}: it can't start a program of ${column}`
    announce({ decision: 'passthrough', code: 'strategy-refused', reason, program: decision.program, follow: null })
    return { file, args, envPairs, failed }
  }
  announce(decision, decision.decision === 'reroute' ? { strategy: 'loader', strategyReason: null } : notStarted)
  return { file, args, envPairs: [...envPairs, spawnVariable(id, '')], failed }
}
