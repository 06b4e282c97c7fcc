import type { SpawnLine } from '../evidence/record.js'
import type { Command, Decision } from '../reroute/decision.js'

/** How a program reached its column's loader. */
export type How = Pick<SpawnLine, 'strategy' | 'strategyReason'>

export const notStarted: How = { strategy: null, strategyReason: null }

/** Which start it is, and whose. */
export type Beginning = Pick<SpawnLine, 'id' | 'place' | 'worker'>

/** The journal's line for a start, before it happens. */
export function describeSpawn(start: Beginning, command: Command, decision: Decision, how: How): SpawnLine {
  const rerouted = decision.decision === 'reroute'
  const verdict = rerouted ? decision.verdict : null
  const missing = verdict && [
    ...verdict.missing.map(({ version }) => version),
    ...verdict.missingLibraries.map(({ soname }) => soname),
  ]
  return {
    type: 'spawn',
    ...start,
    decision: decision.decision,
    code: decision.code,
    reason: decision.reason,
    followed: decision.decision === 'passthrough' && decision.follow !== null,
    program: decision.program ?? command.file,
    command: rerouted ? decision.args : command.args,
    cwd: command.cwd,
    env: command.env,
    compatible: verdict?.compatible ?? true,
    missing: missing ?? [],
    hostLibraries: verdict?.hostLibraries.map(({ path }) => path) ?? [],
    ...how,
  }
}
