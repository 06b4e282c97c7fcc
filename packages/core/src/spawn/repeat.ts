import type { SpawnLine, TestPlace } from '../evidence/record.js'
import type { BesideHost } from '../reroute/beside-host.js'
import type { Command, Decision } from '../reroute/decision.js'
import type { Execution } from '../reroute/execute.js'
import type { KnownFile } from '../reroute/known-file.js'
import { followedCommand, type SealedCommand, type SpawnId, sealedCommand } from '../reroute/loader.js'
import type { PlanOptions } from '../reroute/options.js'
import type { Seal } from '../reroute/seal.js'
import { showsHere } from '../reroute/strategies/namespace.js'
import { spawnVariable } from '../reroute/strategies/strategy.js'

/** A start by `loader`, of a followed tool, or in the worker's own namespace, as it was made before. */
export interface Repeatable {
  readonly decision: Decision
  readonly beside: BesideHost | null
  /** How it was announced. */
  readonly line: SpawnLine
}

/** What `recall` finds. */
export interface Repeated extends Repeatable {
  /** The line's fields that are the same again, as JSON without its braces. */
  readonly same: string
}

interface Entry extends Repeated {
  readonly seal: Seal
  readonly plan: PlanOptions
  readonly cwd: string
  readonly libraryPath: string | undefined
  readonly preload: string | undefined
}

const most = 16
const entries = new WeakMap<KnownFile, Entry[]>()

/**
 * What was done with this very file, in this directory and with these search paths: then a start differs in argv alone. The
 * hook's code is cold after each process, so what isn't run is what is won.
 */
export function recall(found: Execution, { cwd, env }: Command, seal: Seal, plan: PlanOptions): Repeated | null {
  if (!isPlain(found)) return null
  const same = (entry: Entry) =>
    entry.cwd === cwd &&
    entry.seal === seal &&
    entry.plan === plan &&
    entry.libraryPath === env.LD_LIBRARY_PATH &&
    entry.preload === env.LD_PRELOAD
  const entry = entries.get(found.binary)?.find(same)
  if (entry === undefined || (isInNamespace(entry) && !showsHere(found.binary.real, seal))) return null
  return entry
}

/** As with a verdict (../reroute/verdict.ts), only what went well: a library that is missing may be there the next time. */
export function remember(found: Execution, command: Command, seal: Seal, plan: PlanOptions, made: Repeatable): void {
  const { decision } = made
  if (!isPlain(found) || (decision.decision === 'reroute' ? !decision.verdict.compatible : decision.follow === null))
    return
  const { cwd, env } = command
  const { type, id, place, command: args, env: environment, ...same } = made.line
  const fields = JSON.stringify({ ...same, cwd }).slice(1, -1)
  const entry = { ...made, same: fields, seal, plan, cwd, libraryPath: env.LD_LIBRARY_PATH, preload: env.LD_PRELOAD }
  entries.set(found.binary, [entry, ...(entries.get(found.binary) ?? [])].slice(0, most))
}

/** A script's start depends on other files too. */
function isPlain({ asked, binary }: Execution): boolean {
  return asked === binary
}

/** Its path shows a copy to this very process, and is executed as the caller would have. */
function isInNamespace({ line }: Repeatable): boolean {
  return line.strategy === 'namespace'
}

/** The line that announces it again. */
export function repeatedLine({ same }: Repeated, id: SpawnId, place: TestPlace, { args, env }: Command): string {
  const [where, command, environment] = [place, args, env].map((value) => JSON.stringify(value))
  return `{"type":"spawn","id":"${id}","place":${where},"command":${command},"env":${environment},${same}}`
}

export function repeatedCommand(
  made: Repeatable,
  found: Execution,
  { file, env }: Command,
  seal: Seal,
  id: SpawnId,
): SealedCommand {
  const { decision, beside } = made
  const { name, binary, args } = found
  if (isInNamespace(made)) return { file: name, args, env: [spawnVariable(id, '')] }
  if (decision.decision === 'reroute') return sealedCommand(seal, binary.real, args, id, env, beside, name)
  return followedCommand(seal, { program: binary.real, args }, id, file)
}
