import { type ColumnIdentity, type Proof, proveProcess } from './proof.js'
import type { AddonLine, ExecLine, HookLine, JournalLine, MappedLine, SpawnLine } from './record.js'

/** What one started child says for the cell of its test. `neutral` neither proves nor lowers anything. */
export interface SpawnEvidence {
  readonly spawn: SpawnLine
  readonly state: 'mapped' | 'wrong' | 'incompatible' | 'unproven' | 'neutral'
  readonly reason: string
  readonly process: { readonly pid: number; readonly ppid: number; readonly proof: Proof } | null
}

/** All that a run's journals say of a test: its own children, and those of its file's module level and hooks. */
export interface PlaceEvidence {
  readonly hooked: boolean
  readonly spawns: readonly SpawnEvidence[]
  readonly addons: readonly string[]
}

export type Evidence = (column: string, file: string, test: string) => PlaceEvidence

/** Joins what the hooks announced with what the processes reported, by the id that each process was given. */
export function collectEvidence(lines: readonly JournalLine[], columns: readonly ColumnIdentity[]): Evidence {
  const index = indexLines(lines)
  const identities = new Map(columns.map((column) => [column.name, column]))
  const judged = index.spawns.map((spawn) => judgeSpawn(spawn, index, identities.get(spawn.place.column)))
  const byFile = groupBy(judged, ({ spawn }) => fileKey(spawn.place.column, spawn.place.file))
  const addonsByFile = groupBy(index.addons, ({ place }) => fileKey(place.column, place.file))

  return (column, file, test) => {
    const key = fileKey(column, file)
    const concerns = (place: string | null) => place === null || place === test
    return {
      hooked: index.hooked.has(key),
      spawns: (byFile.get(key) ?? []).filter(({ spawn }) => concerns(spawn.place.test)),
      addons: (addonsByFile.get(key) ?? []).filter(({ place }) => concerns(place.test)).map(({ path }) => path),
    }
  }
}

interface Index {
  readonly spawns: readonly SpawnLine[]
  readonly addons: readonly AddonLine[]
  readonly mapped: ReadonlyMap<string, MappedLine[]>
  readonly execs: ReadonlyMap<string, ExecLine[]>
  readonly failed: ReadonlySet<string>
  readonly hooked: ReadonlySet<string>
  readonly hookedChildren: ReadonlySet<string>
}

function indexLines(lines: readonly JournalLine[]): Index {
  const of = <T extends JournalLine['type']>(type: T) =>
    lines.filter((line): line is Extract<JournalLine, { type: T }> => line.type === type)
  const hooks: HookLine[] = of('hook')
  return {
    spawns: of('spawn'),
    addons: of('addon'),
    mapped: groupBy(of('mapped'), ({ id }) => id),
    execs: groupBy(of('exec'), ({ id }) => id),
    failed: new Set(of('failed').map(({ id }) => id)),
    hooked: new Set(hooks.filter(({ spawn }) => spawn === null).map(({ column, file }) => fileKey(column, file))),
    hookedChildren: new Set(hooks.flatMap(({ spawn }) => (spawn === null ? [] : [spawn]))),
  }
}

function judgeSpawn(spawn: SpawnLine, index: Index, column: ColumnIdentity | undefined): SpawnEvidence {
  const judged = (state: SpawnEvidence['state'], reason: string): SpawnEvidence => ({
    spawn,
    state,
    reason,
    process: null,
  })
  const refused = index.failed.has(spawn.id) && !index.mapped.has(spawn.id)
  if (refused) return judged('neutral', 'it could not be started')
  if (spawn.decision === 'reroute') return judgeRerouted(spawn, index, column)
  if (spawn.code === 'node' && !index.hookedChildren.has(spawn.id))
    return judged('unproven', `the hook did not report from the Node child ${spawn.program}`)
  return judged(passedThrough.has(spawn.code) ? 'unproven' : 'neutral', spawn.reason)
}

/**
 * Passed-through commands that may start, or be, a program nobody vouches for. The last three are those that the kernel
 * was expected to refuse: one that it started after all ran on a libc that nobody chose.
 */
const passedThrough: ReadonlySet<string> = new Set([
  ...['launcher', 'static', 'foreign-machine', 'foreign-libc'],
  ...['missing', 'not-executable', 'not-elf'],
])

function judgeRerouted(spawn: SpawnLine, index: Index, column: ColumnIdentity | undefined): SpawnEvidence {
  const lines = index.mapped.get(spawn.id)
  const last = lines?.at(-1)
  if (lines === undefined || last === undefined || column === undefined) {
    const state = spawn.compatible ? 'unproven' : 'incompatible'
    const reason = spawn.compatible ? `${spawn.program} left no record of what it mapped` : spawn.reason
    return { spawn, state, reason, process: null }
  }
  // A process reports again at its end when it opened libraries since: the worst of its words counts.
  const proofs = lines.map((line) => proveProcess(line, column))
  const first = (wanted: Proof['proof']) => proofs.find(({ proof }) => proof === wanted)
  const proof = first('wrong') ?? first('unproven') ?? proveProcess(last, column)
  const started = index.execs.get(spawn.id)?.[0]
  const unfollowed = proof.proof === 'mapped' && started !== undefined
  return {
    spawn,
    state: unfollowed ? 'unproven' : proof.proof,
    reason: unfollowed ? `${spawn.program} started ${started.program}, which is not followed` : proof.reason,
    process: { pid: last.pid, ppid: last.ppid, proof },
  }
}

function fileKey(column: string, file: string): string {
  return `${column}\0${file}`
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group === undefined) groups.set(keyOf(item), [item])
    else group.push(item)
  }
  return groups
}
