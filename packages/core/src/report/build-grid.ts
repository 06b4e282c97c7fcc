import type { Evidence, PlaceEvidence, SpawnEvidence } from '../evidence/evidence.js'
import type { Cell, CellRecord, Grid, GridColumn, GridRow } from './grid.js'
import type { TestResult } from './test-result.js'

/** How a person does by hand what a spawn did, with raw ld.so. */
export type ByHand = (column: string, spawn: SpawnEvidence['spawn']) => readonly string[]

/** What a grid is made from; nothing of it is a sysroot's file, so that any machine can. */
export interface GridInput {
  readonly columns: readonly (GridColumn & { readonly skip: string | null })[]
  readonly results: readonly TestResult[]
  readonly evidence: Evidence
  readonly byHand: ByHand
  readonly addons?: Grid['addons']
}

/** The test x glibc grid, made from the runner's results and the journals' records alone. */
export function buildGrid({ columns, results, evidence, byHand, addons = [] }: GridInput): Grid {
  const tests = new Map<string, { suite: string; test: string; byColumn: Map<string, TestResult[]> }>()
  for (const result of results) {
    const key = `${result.suite}\0${result.test}`
    const entry = tests.get(key) ?? { suite: result.suite, test: result.test, byColumn: new Map() }
    tests.set(key, entry)
    entry.byColumn.set(result.column, [...(entry.byColumn.get(result.column) ?? []), result])
  }
  const rows = [...tests.values()].map(({ suite, test, byColumn }): GridRow => {
    const cells = columns.map((column) => {
      const found = byColumn.get(column.name) ?? []
      return [column.name, buildCell(column, found, evidence(column.name, suite, test), byHand)] as const
    })
    return { suite, test, cells: Object.fromEntries(cells) }
  })
  return {
    format: 1,
    columns: columns.map(({ name, spec, glibc, digest }) => ({ name, spec, glibc, ...(digest && { digest }) })),
    rows: sortRows(rows),
    ...(addons.length > 0 && { addons }),
  }
}

function buildCell(
  column: GridInput['columns'][number],
  results: readonly TestResult[],
  evidence: PlaceEvidence,
  byHand: ByHand,
): Cell {
  const durationMs = results.reduce((sum, result) => sum + result.durationMs, 0)
  const records = evidence.spawns.flatMap((found) => cellRecord(column.name, found, byHand))
  const output = results.find((result) => result.state === 'fail')?.output
  const cell = ({ state, reason, filtered }: Judgement): Cell => ({
    state,
    ...(reason && { reason }),
    durationMs,
    ...(output && { output }),
    ...(filtered && { filtered }),
    records,
  })
  if (column.skip !== null) return cell({ state: 'skip', reason: column.skip })
  return cell(judge(results, evidence))
}

interface Judgement {
  readonly state: Cell['state']
  readonly reason?: string | undefined
  readonly filtered?: boolean
}

/** The order is the promise: whatever could make a tick a lie is looked for before the tick. */
function judge(results: readonly TestResult[], evidence: PlaceEvidence): Judgement {
  const { hooked, spawns, addons, refusedAddons, unhookedThreads, onHost, inColumn, outsiders } = evidence
  const ran = results.filter(({ state }) => state !== 'skip')
  if (ran.length === 0) return notRun(results)

  const first = (state: SpawnEvidence['state']) => spawns.find((found) => found.state === state)
  const wrong = first('wrong')
  if (wrong) return { state: 'fail', reason: wrong.reason }
  const incompatible = first('incompatible')
  if (incompatible) return { state: 'incompatible', reason: refusalOf(incompatible) }
  if (refusedAddons[0] !== undefined) return { state: 'incompatible', reason: refusedAddons[0] }
  const failed = ran.find(({ state }) => state === 'fail')
  if (failed) return { state: 'fail', reason: failed.message }
  if (!hooked) return { state: 'unproven', reason: 'the hook never reported from this file' }
  if (onHost) return { state: 'unproven', reason: "the file asks for a Node in the column, and ran in the host's" }
  if (inColumn) return { state: 'unproven', reason: "the file asks for the host's Node, and ran in the column's" }
  const unproven = first('unproven')
  if (unproven) return { state: 'unproven', reason: unproven.reason }
  if (unhookedThreads > 0) return { state: 'unproven', reason: 'a worker thread ran without the hook' }
  if (addons[0] !== undefined)
    return {
      state: 'unproven',
      reason: `addon in the host's Node: ${addons[0]} (\`@glibc-runtime node\` runs the file's Node on the column)`,
    }
  if (!first('mapped')) return { state: 'none' }
  return outsiders[0] === undefined ? { state: 'pass' } : { state: 'unproven', reason: besideHost(outsiders[0]) }
}

function besideHost(program: string): string {
  const start = 'start it in the test or in beforeAll'
  return `${program}, which the global setup started, runs on the host's libc: ${start}, or name it in \`exclude\``
}

function notRun(results: readonly TestResult[]): Judgement {
  const filtered = results.length > 0 && results.every((result) => result.filtered === true)
  return { state: 'skip', reason: results[0]?.message ?? 'not run in this column', filtered }
}

/** Names the program, if it isn't the one that the test itself started. */
function refusalOf({ reason, refused, spawn }: SpawnEvidence): string {
  return refused === undefined || refused === spawn.program ? reason : `${refused} ${reason}`
}

function cellRecord(column: string, found: SpawnEvidence, byHand: ByHand): CellRecord[] {
  // A worker, which is no file's own, talks with its pool; only ld.so's refusal of it can be had by hand.
  const isWorker = found.spawn.place.file === '' && found.state !== 'incompatible'
  const command = isWorker ? [] : byHand(column, found.spawn)
  const { accounting } = found
  const proven = found.processes.map(
    ({ pid, ppid, program, strategy, proof }): CellRecord => ({
      pid,
      ppid,
      program,
      libc: proof.libc,
      proof: proof.proof === 'mapped' ? 'mapped' : 'unproven',
      strategy,
      hostLibraries: proof.hostLibraries,
      accounting,
      command,
    }),
  )
  if (found.state === 'neutral' || found.state === 'mapped' || found.state === 'wrong') return proven
  const nothing = { pid: null, ppid: null, libc: [], proof: 'unproven', hostLibraries: [], accounting } as const
  const { program, strategy } = found.spawn
  const { refused = program } = found
  if (refused === program) return [...proven, { ...nothing, program, strategy, command }]
  // Started further down the tree: its arguments aren't known, and ld.so refuses it whatever they are.
  const alone = byHand(column, { ...found.spawn, decision: 'reroute', program: refused, command: [refused] })
  return [...proven, { ...nothing, program: refused, strategy, command: alone }]
}

/** By suite; the tests of one stay in the order that its file has. */
export function sortRows(rows: readonly GridRow[]): GridRow[] {
  return [...rows].sort((a, b) => (a.suite < b.suite ? -1 : a.suite > b.suite ? 1 : 0))
}
