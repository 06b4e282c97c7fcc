import { besideHost } from '../reroute/beside-host.js'
import type { Command, Decision, Passthrough, Reroute } from '../reroute/decision.js'
import { lendLibraries } from '../reroute/lend-libraries.js'
import { followedCommand, sealedCommand, spawnId } from '../reroute/loader.js'
import type { PlanOptions } from '../reroute/options.js'
import { plan } from '../reroute/plan.js'
import { describeSpawn, notStarted } from './describe-spawn.js'
import type { HookState } from './hook-state.js'
import { type Interception, readCommand, type SpawnRequest } from './request.js'
import { sealOf } from './seals.js'
import { type Launch, workerVariable } from './worker.js'
import { startInNamespace } from './worker-namespace.js'

/** Announces and starts a worker's Node in a column. It belongs to no test; the hook in it says which files it runs. */
export function startWorker(state: HookState, launch: Launch, request: SpawnRequest): Interception | null {
  const { column: name } = launch
  const column = state.columns.get(name)
  if (!column?.sysroot || !isWorker(launch, request)) return null
  const seal = sealOf(state.session, column)
  if (seal === null) return null
  if (launch.runtime === 'host') return startInNamespace(request, name, state.session.directory)
  const command = { ...readCommand(request), ...(launch.node !== null && { file: launch.node }) }
  const options = planOf(state)
  const decision = plan(command, column.sysroot, options)
  const id = announce(state, name, command, decision)

  const failed = (errno: number) => state.journal.append({ type: 'failed', id, errno })
  const envPairs = [...request.envPairs, workerVariable({ column: name, spawn: id })]
  const asked = { file: command.file, args: request.args, envPairs, failed }
  if (decision.decision !== 'reroute')
    return decision.follow === null
      ? { ...asked, envPairs: request.envPairs }
      : { ...asked, ...followedCommand(seal, decision.follow, id, command.file) }
  lendLibraries(seal, decision.verdict.hostLibraries)
  const { program, args, asked: exec } = decision
  const beside = besideHost(decision, command, column.sysroot, options)
  return { ...asked, ...sealedCommand(seal, program, args, id, command.env, beside, exec.path) }
}

/** Other listeners of the pool, such as reporters and plugins, may start programs of their own meanwhile. */
function isWorker({ script }: Launch, { file, args }: SpawnRequest): boolean {
  return file === process.execPath && (script === null || args.some((arg) => script.test(arg)))
}

/** A Node that the column's loader would refuse: told before it is started, by the symbol or library that is missing. */
export function whyNoWorker(state: HookState, launch: Launch, files: readonly string[]): string | null {
  const { column: name } = launch
  const { sysroot = null, emulator = null } = state.columns.get(name) ?? {}
  if (!sysroot) return null
  const file = launch.node ?? process.execPath
  const command: Command = { file, args: [file], cwd: process.cwd(), env: {} }
  const planned = plan(command, sysroot, planOf(state))
  const decision = emulator !== null && planned.decision === 'reroute' ? emulatedNode(planned, emulator) : planned
  if (decision.decision === 'reroute' && decision.verdict.compatible) return null
  const id = announce(state, name, command, decision)
  for (const one of files)
    state.journal.append({
      ...{ type: 'hook', column: name, file: one, pid: process.pid, spawn: null },
      ...{ runtime: 'node', worker: id },
    })
  return decision.reason
}

/** Its hook would be one of the emulated machine, which nobody has tried. */
function emulatedNode({ program }: Reroute, emulator: string): Passthrough {
  const reason = `a Node that ${emulator} runs can't be a worker`
  return { decision: 'passthrough', code: 'strategy-refused', reason, program, follow: null }
}

function announce(state: HookState, column: string, command: Command, decision: Decision): string {
  state.journal.reserve(state.count)
  const id = spawnId(state.journal.id, state.count++, 'node')
  const place = { column, file: '', test: null, retry: 0 }
  const rerouted = decision.decision === 'reroute'
  const how = rerouted ? ({ strategy: 'loader', strategyReason: null } as const) : notStarted
  state.journal.append(describeSpawn({ id, place, worker: null }, command, decision, how))
  return id
}

const plans = new WeakMap<HookState, PlanOptions>()

/** One object for the hook's life: answers are remembered by it. */
function planOf(state: HookState): PlanOptions {
  const known: PlanOptions = plans.get(state) ?? { ...state.plan, runtime: 'node' }
  plans.set(state, known)
  return known
}
