import { besideHost } from '../reroute/beside-host.js'
import type { Decision } from '../reroute/decision.js'
import { lendLibraries } from '../reroute/lend-libraries.js'
import { followedCommand, spawnId, staticCommand } from '../reroute/loader.js'
import { locate } from '../reroute/locate.js'
import { planFound } from '../reroute/plan.js'
import { namedPrograms } from '../reroute/scope.js'
import { chooseStrategy } from '../reroute/strategies/choose.js'
import { inNamespace, showHere, shownPrograms, showsHere } from '../reroute/strategies/namespace.js'
import type { Start } from '../reroute/strategies/strategy.js'
import { describeSpawn, type How, notStarted } from './describe-spawn.js'
import { type HookState, journalFor, placeOf } from './hook-state.js'
import { startInWorker } from './in-worker.js'
import { asUser, otherUser } from './other-user.js'
import { recall, remember, repeatedCommand, repeatedLine } from './repeat.js'
import { type Interception, readCommand, type SpawnRequest } from './request.js'
import { sealForOthers, sealOf } from './seals.js'
import { startWorker } from './start-worker.js'

/** Decides on one spawn, announces it in the journal, and says what to start. Null: as if there were no hook. */
export function intercept(state: HookState, request: SpawnRequest): Interception | null {
  const place = placeOf(state)
  // Where a test runs, in the very process that starts workers, its own starts are no workers.
  if (place === null) {
    const starting = state.starting.getStore()
    return starting === undefined ? null : startWorker(state, starting, request)
  }
  const column = state.columns.get(place.column)
  const seal = column ? sealOf(state.session, column) : null
  if (!column?.sysroot || !seal) return null

  const user = otherUser(request)
  const command = readCommand(request)
  const found = locate(command)
  const isOrdinary = user === null && state.worker === null && !('errno' in found)
  const known = isOrdinary ? recall(found, command, seal, state.plan) : null
  const journal = journalFor(state, user)
  journal.reserve(state.count)
  const id = spawnId(journal.id, state.count++, state.plan.runtime ?? 'host')
  const failed = (errno: number) => state.journal.append({ type: 'failed', id, errno })
  if (known !== null && isOrdinary) {
    state.journal.appendText(repeatedLine(known, id, place, command))
    const { file, args, env } = repeatedCommand(known, found, command, seal, id)
    return { file, args, envPairs: env === undefined ? request.envPairs : [...request.envPairs, ...env], failed }
  }
  const asked = { file: request.file, args: request.args, envPairs: request.envPairs, failed }
  const planned = planFound(found, command, column.sysroot, state.plan)
  const decision = user === null ? planned : asUser(planned, user)
  const announce = (made: Decision, how: How = notStarted) => {
    const line = describeSpawn({ id, place, worker: state.worker?.spawn ?? null }, command, made, how)
    state.journal.append(line)
    return line
  }
  if (decision.decision === 'reroute') lendLibraries(seal, decision.verdict.hostLibraries)
  if (state.worker !== null)
    return startInWorker({ ...asked, id, column: place.column, decision, announce }, state.worker)
  const its = (user && sealForOthers(state.session, column)) ?? seal
  const isNamespace = state.session.programs.strategy === 'namespace' && !its.emulator
  // The other strategies look at a program's file again at each start, unless its path shows a copy for good.
  const isByLoader = state.session.programs.strategy === 'loader'
  const namespace = its === seal && state.namespace?.column === place.column ? state.namespace : null

  if (decision.decision === 'reroute') {
    if (its !== seal) lendLibraries(its, decision.verdict.hostLibraries)
    const beside = besideHost(decision, command, column.sysroot, state.plan)
    const { program, asked: exec, args } = decision
    const others = namedPrograms(state.plan)
    const start: Start = { seal: its, program, asked: exec, args, id, env: command.env, beside, others, namespace }
    const { strategy, reason } = chooseStrategy(state.session.programs.strategy, start, state.session.strategies)
    if (strategy === null) {
      announce({ decision: 'passthrough', code: 'strategy-refused', reason, program, follow: null })
      return asked
    }
    const line = announce(decision, { strategy: strategy.name, strategyReason: reason })
    const { env = [], ...started } = strategy.command(start)
    const isRepeatable = isByLoader || (isNamespace && showsHere(program, its))
    if (isOrdinary && isRepeatable) remember(found, command, its, state.plan, { decision, beside, line })
    return { ...asked, ...started, envPairs: [...request.envPairs, ...env] }
  }
  const line = announce(decision)
  if (decision.follow === null) {
    const { code, program } = decision
    return code === 'static' && program !== null ? { ...asked, ...staticCommand(its, program, asked, id) } : asked
  }
  if (isOrdinary && !isNamespace) remember(found, command, its, state.plan, { decision, beside: null, line })
  const followed = followedCommand(its, decision.follow, id, command.file)
  if (isNamespace && namespace !== null) showHere(namedPrograms(state.plan), its, namespace)
  const shown = isNamespace ? shownPrograms(namedPrograms(state.plan), its, id) : []
  return { ...asked, ...inNamespace(shown, followed.file, followed.args, its) }
}
