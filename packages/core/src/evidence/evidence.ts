import type { ProvenProcess, Standards, StartState } from './judge-start.js'
import type { ColumnIdentity } from './proof.js'
import type { AddonLine, HookLine, JournalLine, SpawnLine, ThreadLine } from './record.js'
import { judgeTree } from './tree.js'
import { isCounted, type Tree } from './tree-lines.js'

/** What one started child, with all that it started in turn, says for the cell of its test. `neutral` lowers nothing. */
export interface SpawnEvidence {
  readonly spawn: SpawnLine
  readonly state: StartState
  readonly reason: string
  /** The programs under test of its tree; tools of the host are not among them. */
  readonly processes: readonly ProvenProcess[]
  readonly accounting: 'exact' | 'shim'
  /** The program of its tree that ld.so refused, where that decides. */
  readonly refused?: string
}

/** All that a run's journals say of a test: its own children, and those of its file's module level and hooks. */
export interface PlaceEvidence {
  readonly hooked: boolean
  readonly spawns: readonly SpawnEvidence[]
  /** Addons that the host's Node loaded. */
  readonly addons: readonly string[]
  /** Why addons can't load into the column's Node. */
  readonly refusedAddons: readonly string[]
  /** Worker threads that the hook is not in. */
  readonly unhookedThreads: number
  /** The file asked for a worker in the column and ran in one whose Node is the host's. */
  readonly onHost: boolean
  /** The file asked for the host's Node and ran in a worker of the column. */
  readonly inColumn: boolean
  /** Programs that run on the host's libc beside a column of another: the global setup started them. */
  readonly outsiders: readonly string[]
}

/** Why a program can't load in a column, as a plan would say; null when it can, or nobody knows. */
export type VerdictOf = (column: string, program: string) => string | null

export type Evidence = (column: string, file: string, test: string) => PlaceEvidence

/** Joins what the hooks and shims announced with what the processes reported, by the id and token each was given. */
export function collectEvidence(
  lines: readonly JournalLine[],
  columns: readonly ColumnIdentity[],
  verdictOf: VerdictOf = () => null,
  mustCount = false,
): Evidence {
  const index = indexLines(lines)
  const identities = new Map(columns.map((column) => [column.name, column]))
  const host = columns.find(({ hostDirectories }) => hostDirectories.length === 0)
  const judged = index.spawns.map((spawn) => {
    const column = identities.get(spawn.place.column)
    const loaders = column?.loaders ?? []
    return judgeSpawn(spawn, index, {
      column,
      host,
      loaders,
      mustCount,
      verdictOf: (program) => verdictOf(spawn.place.column, program),
    })
  })
  const byId = new Map(judged.map((found) => [found.spawn.id, found]))
  const hooksByFile = groupBy(index.hooks, ({ column, file }) => fileKey(column, file))
  const byTest = groupBy(judged, ({ spawn: { place } }) => testKey(place.column, place.file, place.test))
  const unhooked = index.threads.filter(({ id }) => !index.hookedChildren.has(id))
  const threadsByFile = groupBy(unhooked, ({ place }) => fileKey(place.column, place.file))
  const addonsByFile = groupBy(index.addons, ({ place }) => fileKey(place.column, place.file))

  return (column, file, test) => {
    const key = fileKey(column, file)
    const concerns = (place: string | null) => place === null || place === test
    const hooks = hooksByFile.get(key) ?? []
    const isForeign = identities.get(column) !== host
    const addons = (addonsByFile.get(key) ?? []).filter(({ place }) => concerns(place.test))
    const workers = [...new Set(hooks.flatMap(({ worker }) => worker ?? []))].flatMap((id) => byId.get(id) ?? [])
    return {
      hooked: index.hooked.has(key),
      onHost: hooks.some(({ runtime, worker }) => runtime === 'node' && worker === null),
      inColumn: hooks.some((hook) => hook.spawn === null && hook.runtime === 'host' && hook.worker !== null),
      spawns: [...workers, ...[null, test].flatMap((one) => byTest.get(testKey(column, file, one)) ?? [])],
      addons: addons.filter(({ refusal }) => refusal === undefined).map(({ path }) => path),
      refusedAddons: addons.flatMap(({ path, refusal }) =>
        refusal === undefined ? [] : `${nameOf(path)}: ${refusal}`,
      ),
      outsiders: isForeign ? index.outsiders : [],
      unhookedThreads: (threadsByFile.get(key) ?? []).filter(({ place }) => concerns(place.test)).length,
    }
  }
}

interface Index extends Tree {
  readonly hooks: readonly HookLine[]
  readonly spawns: readonly SpawnLine[]
  readonly addons: readonly AddonLine[]
  readonly threads: readonly ThreadLine[]
  readonly failed: ReadonlySet<string>
  readonly hooked: ReadonlySet<string>
  readonly hookedChildren: ReadonlySet<string>
  readonly outsiders: readonly string[]
}

function indexLines(lines: readonly JournalLine[]): Index {
  const of = <T extends JournalLine['type']>(type: T) =>
    lines.filter((line): line is Extract<JournalLine, { type: T }> => line.type === type)
  const hooks: HookLine[] = of('hook')
  return {
    hooks,
    spawns: of('spawn'),
    addons: of('addon'),
    threads: of('thread'),
    mapped: groupBy(of('mapped'), ({ id }) => id),
    openings: groupBy(of('opening'), ({ id }) => id),
    execs: groupBy(of('exec'), ({ id }) => id),
    starts: groupBy(of('spawn'), ({ worker }) => worker ?? ''),
    unstarted: new Set([...of('unstarted').map(({ token }) => token), ...of('failed').map(({ id }) => id)]),
    accounted: new Set(lines.flatMap((line) => (isCounted(line) ? line.id : []))),
    noNewPrivs: new Set([...of('mapped'), ...of('counted')].flatMap(({ id, noNewPrivs }) => (noNewPrivs ? [id] : []))),
    kernel: groupBy(of('kernel'), ({ id }) => id),
    ended: new Set(of('ended').map(({ id }) => id)),
    lost: new Set(of('lost').map(({ id }) => id)),
    failed: new Set(of('failed').map(({ id }) => id)),
    hooked: new Set(hooks.filter(({ spawn }) => spawn === null).map(({ column, file }) => fileKey(column, file))),
    outsiders: of('outside').map(({ program }) => program),
    hookedChildren: new Set(hooks.flatMap(({ spawn }) => (spawn === null ? [] : [spawn]))),
  }
}

function judgeSpawn(spawn: SpawnLine, index: Index, standards: Standards): SpawnEvidence {
  const judged = (state: StartState, reason: string): SpawnEvidence => ({
    spawn,
    state,
    reason,
    processes: [],
    accounting: 'shim',
  })
  // The kernel refuses it, or runs it by an emulator of its own choice: on no libc of the column.
  if (spawn.code === 'foreign-machine') return judged('incompatible', spawn.reason)
  // Whether the kernel found that libc's loader on this machine or not: in the column it can't run.
  if (spawn.code === 'foreign-libc') return judged('incompatible', spawn.reason)
  const refused = index.failed.has(spawn.id) && !index.mapped.has(spawn.id)
  if (refused) return judged('neutral', 'it could not be started')
  if (spawn.decision === 'reroute' || spawn.followed) return { spawn, ...judgeTree(spawn, index, standards) }
  const counted = index.accounted.has(spawn.worker ?? '')
  if (spawn.code === 'system-tool' || (spawn.code === 'excluded' && !counted))
    return judged('unproven', `${spawn.program} is started as it is: what it starts is not followed`)
  return judged(passedThrough.has(spawn.code) ? 'unproven' : 'neutral', spawn.reason)
}

/**
 * Passed-through commands that may start, or be, a program nobody vouches for. The last three are those that the kernel
 * was expected to refuse: one that it started after all ran on a libc that nobody chose.
 */
const passedThrough: ReadonlySet<string> = new Set([
  ...['launcher', 'emulator', 'node', 'privileged', 'static'],
  ...['missing', 'not-executable', 'not-elf', 'strategy-refused'],
])

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function fileKey(column: string, file: string): string {
  return `${column}\0${file}`
}

function testKey(column: string, file: string, test: string | null): string {
  return test === null ? fileKey(column, file) : `${fileKey(column, file)}\0${test}`
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
