import type { SpawnLine } from '../evidence/record.js'
import { besideHost } from '../reroute/beside-host.js'
import type { Command, Decision } from '../reroute/decision.js'
import { lendLibraries } from '../reroute/lend-libraries.js'
import { followedCommand, type SpawnId, sealedCommand, spawnId } from '../reroute/loader.js'
import type { PlanOptions } from '../reroute/options.js'
import { plan } from '../reroute/plan.js'
import { chooseStrategy } from '../reroute/strategies/choose.js'
import { type Start, spawnVariable } from '../reroute/strategies/strategy.js'
import { type HookState, journalFor, placeOf } from './hook-state.js'
import { asUser, otherUser } from './other-user.js'
import { type WorkerPlace, workerVariable } from './worker.js'

/** A spawn as both of Node's bindings take it, after their own normalisation. */
export interface SpawnRequest {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string | undefined
  readonly envPairs: readonly string[]
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

/** What to start instead, and whom to tell when the kernel refuses. */
export interface Interception {
  readonly file: string
  readonly args: readonly string[]
  readonly envPairs: readonly string[]
  failed(errno: number): void
}

/** Decides on one spawn, announces it in the journal, and says what to start. Null: as if there were no hook. */
export function intercept(state: HookState, request: SpawnRequest): Interception | null {
  const starting = state.starting.getStore()
  if (starting !== undefined) return startWorker(state, starting.column, request)
  const place = placeOf(state)
  const column = place && state.columns.get(place.column)
  if (!place || !column?.sysroot || !column.seal) return null

  const user = otherUser(request)
  const command = readCommand(request)
  const planned = plan(command, column.sysroot, state.plan)
  const decision = user === null ? planned : asUser(planned, user)
  const journal = journalFor(state, user)
  const id = spawnId(journal.id, state.count++, state.plan.runtime ?? 'host')
  const failed = (errno: number) => state.journal.append({ type: 'failed', id, errno })
  const asked = { file: request.file, args: request.args, envPairs: request.envPairs, failed }
  const announce = (made: Decision, how: How = notStarted) =>
    state.journal.append(describeSpawn({ id, place, worker: state.worker?.spawn ?? null }, command, made, how))
  if (state.worker !== null) return inWorker(state.worker, place.column, id, decision, asked, announce)
  const seal = (user && column.sealForOthers) ?? column.seal

  if (decision.decision === 'reroute') {
    lendLibraries(seal, decision.verdict.hostLibraries)
    const beside = besideHost(decision, command, column.sysroot, state.plan)
    const { program, asked: exec, args } = decision
    const start: Start = { seal, program, asked: exec, args, id, env: command.env, beside }
    const { strategy, reason } = chooseStrategy(state.session.programs.strategy, start, state.session.strategies)
    if (strategy === null) {
      announce({ decision: 'passthrough', code: 'strategy-refused', reason, program, follow: null })
      return asked
    }
    announce(decision, { strategy: strategy.name, strategyReason: reason })
    const { env = [], ...started } = strategy.command(start)
    return { ...asked, ...started, envPairs: [...request.envPairs, ...env] }
  }
  announce(decision)
  return decision.follow === null ? asked : { ...asked, ...followedCommand(seal, decision.follow, id, command.file) }
}

/**
 * In a worker of the column the shim is in this process and starts everything as it must be; it only has to know which
 * tree begins.
 */
function inWorker(
  worker: WorkerPlace,
  column: string,
  id: SpawnId,
  decision: Decision,
  asked: Interception,
  announce: (made: Decision, how?: How) => void,
): Interception {
  if (column !== worker.column) {
    const reason = `this worker's Node runs in the column ${worker.column}: it can't start a program of ${column}`
    announce({ decision: 'passthrough', code: 'strategy-refused', reason, program: decision.program, follow: null })
    return asked
  }
  announce(decision, decision.decision === 'reroute' ? { strategy: 'loader', strategyReason: null } : notStarted)
  return { ...asked, envPairs: [...asked.envPairs, spawnVariable(id, '')] }
}

/** Announces and starts a worker's Node; the place is nobody's until the hook in it says which files it runs. */
function startWorker(state: HookState, name: string, request: SpawnRequest): Interception | null {
  const column = state.columns.get(name)
  if (!column?.sysroot || !column.seal) return null
  const command = readCommand(request)
  const options = workerPlan(state)
  const decision = plan(command, column.sysroot, options)
  const id = spawnId(state.journal.id, state.count++, 'node')
  const place = { column: name, file: '', test: null, retry: 0 }
  const failed = (errno: number) => state.journal.append({ type: 'failed', id, errno })
  const asked = { file: request.file, args: request.args, envPairs: request.envPairs, failed }
  const how: How = decision.decision === 'reroute' ? { strategy: 'loader', strategyReason: null } : notStarted
  state.journal.append(describeSpawn({ id, place, worker: null }, command, decision, how))
  const envPairs = [...request.envPairs, workerVariable({ column: name, spawn: id })]
  if (decision.decision === 'passthrough')
    return decision.follow === null
      ? asked
      : { ...asked, ...followedCommand(column.seal, decision.follow, id, command.file), envPairs }
  lendLibraries(column.seal, decision.verdict.hostLibraries)
  const { program, args, asked: exec } = decision
  const beside = besideHost(decision, command, column.sysroot, options)
  return { ...asked, ...sealedCommand(column.seal, program, args, id, command.env, beside, exec.path), envPairs }
}

const workerPlans = new WeakMap<HookState, PlanOptions>()

function workerPlan(state: HookState): PlanOptions {
  const known: PlanOptions = workerPlans.get(state) ?? { ...state.plan, runtime: 'node' }
  workerPlans.set(state, known)
  return known
}

/** What `plan` looks at: of the environment only what execvp and ld.so read. The first of two equal names wins, as in getenv(3). */
function readCommand(request: SpawnRequest): Command {
  const env: Record<string, string> = {}
  for (const pair of request.envPairs) {
    if (!pair.startsWith('PATH=') && !pair.startsWith('LD_')) continue
    const equals = pair.indexOf('=')
    env[pair.slice(0, equals)] ??= pair.slice(equals + 1)
  }
  return { file: request.file, args: request.args, cwd: request.cwd ?? workingDirectory(), env }
}

function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    // A removed directory has no name, but a process may still be in it (proc_pid_cwd(5)).
    return '/proc/self/cwd'
  }
}

type How = Pick<SpawnLine, 'strategy' | 'strategyReason'>

const notStarted: How = { strategy: null, strategyReason: null }

type Beginning = Pick<SpawnLine, 'id' | 'place' | 'worker'>

function describeSpawn(start: Beginning, command: Command, decision: Decision, how: How): SpawnLine {
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
