import {
  type JudgedStart,
  judgeStart,
  otherLibc,
  type ProvenProcess,
  type Standards,
  type Start,
  type StartState,
  unproven,
} from './judge-start.js'
import { open, unsettled } from './loose-ends.js'
import type { MappedLine, SpawnLine } from './record.js'
import { unannounced } from './reports.js'
import type { Tree } from './tree-lines.js'

export interface TreeJudgement {
  /** How the execs of the tree were counted: by the kernel, or by the shims' own announcements. */
  readonly accounting: 'exact' | 'shim'
  readonly state: StartState
  readonly reason: string
  readonly processes: readonly ProvenProcess[]
  /** The program that ld.so refused, where that decides: it need not be the one that the tree began with. */
  readonly refused?: string
}

/** Judges every start of a tree: each must have left a record, on the right libc. The worst of them counts. */
export function judgeTree(spawn: SpawnLine, tree: Tree, column: Standards): TreeJudgement {
  const counted = tree.accounted.has(spawn.id) || tree.accounted.has(spawn.worker ?? '')
  const lines = tree.mapped.get(spawn.id) ?? []
  const standards = { ...column, counted, noNewPrivs: tree.noNewPrivs.has(spawn.id) }
  const records = new Map<string, MappedLine[]>()
  for (const line of lines) records.set(line.token, [...(records.get(line.token) ?? []), line])
  const execs = (tree.execs.get(spawn.id) ?? []).filter(
    ({ token, reason }) => !tree.unstarted.has(token) || otherLibc.has(reason),
  )
  const announced = [rootOf(spawn), ...execs].map((start) =>
    judgeStart(start, records.get(start.token) ?? [], standards),
  )
  const uncounted = column.mustCount && !counted && lines.length > 0
  const starts = [
    ...announced,
    ...unannounced(spawn, tree, standards),
    ...unsettled(spawn, tree),
    ...open(spawn, tree),
    ...(uncounted ? [unproven(`the kernel did not count what ${spawn.program} started`)] : []),
  ]
  return { accounting: counted ? 'exact' : 'shim', ...worstOf(starts, spawn.reason) }
}

function worstOf(starts: readonly JudgedStart[], otherwise: string): Omit<TreeJudgement, 'accounting'> {
  const worst = severity.map((state) => starts.find((start) => start.state === state)).find((start) => start)
  return {
    state: worst?.state ?? 'neutral',
    reason: worst?.reason ?? otherwise,
    processes: starts.flatMap(({ processes }) => processes),
    ...(worst?.refused !== undefined && { refused: worst.refused }),
  }
}

const severity: readonly StartState[] = ['wrong', 'incompatible', 'unproven', 'mapped', 'neutral']

function rootOf(spawn: SpawnLine): Start {
  const { program, reason, code, compatible, strategy } = spawn
  const how = spawn.decision === 'reroute' ? 'program' : 'tool'
  return {
    token: '0'.repeat(16),
    how,
    program,
    reason,
    verdict: compatible ? null : reason,
    harmless: code === 'system-tool',
    strategy,
  }
}
