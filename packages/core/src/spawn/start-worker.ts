import { besideHost } from '../reroute/beside-host.js'
import { lendLibraries } from '../reroute/lend-libraries.js'
import { followedCommand, sealedCommand, spawnId } from '../reroute/loader.js'
import type { PlanOptions } from '../reroute/options.js'
import { plan } from '../reroute/plan.js'
import { describeSpawn, notStarted } from './describe-spawn.js'
import type { HookState } from './hook-state.js'
import { type Interception, readCommand, type SpawnRequest } from './request.js'
import { workerVariable } from './worker.js'

/** Announces and starts a worker's Node in a column. It belongs to no test; the hook in it says which files it runs. */
export function startWorker(state: HookState, name: string, request: SpawnRequest): Interception | null {
  const column = state.columns.get(name)
  if (!column?.sysroot || !column.seal) return null
  const command = readCommand(request)
  const options = planOf(state)
  const decision = plan(command, column.sysroot, options)
  const id = spawnId(state.journal.id, state.count++, 'node')
  const place = { column: name, file: '', test: null, retry: 0 }
  const rerouted = decision.decision === 'reroute'
  const how = rerouted ? ({ strategy: 'loader', strategyReason: null } as const) : notStarted
  state.journal.append(describeSpawn({ id, place, worker: null }, command, decision, how))

  const failed = (errno: number) => state.journal.append({ type: 'failed', id, errno })
  const envPairs = [...request.envPairs, workerVariable({ column: name, spawn: id })]
  const asked = { file: request.file, args: request.args, envPairs, failed }
  if (!rerouted)
    return decision.follow === null
      ? { ...asked, envPairs: request.envPairs }
      : { ...asked, ...followedCommand(column.seal, decision.follow, id, command.file) }
  lendLibraries(column.seal, decision.verdict.hostLibraries)
  const { program, args, asked: exec } = decision
  const beside = besideHost(decision, command, column.sysroot, options)
  return { ...asked, ...sealedCommand(column.seal, program, args, id, command.env, beside, exec.path) }
}

const plans = new WeakMap<HookState, PlanOptions>()

/** One object for the hook's life: answers are remembered by it. */
function planOf(state: HookState): PlanOptions {
  const known: PlanOptions = plans.get(state) ?? { ...state.plan, runtime: 'node' }
  plans.set(state, known)
  return known
}
