import { type ColumnIdentity, type Proof, proveProcess } from './proof.js'
import type { ExecLine, KernelLine, MappedLine, OpeningLine, SpawnLine, StartStrategy } from './record.js'

/** `mapped` proves, `neutral` neither proves nor lowers anything. */
export type StartState = 'mapped' | 'wrong' | 'incompatible' | 'unproven' | 'neutral'

export interface ProvenProcess {
  readonly pid: number
  readonly ppid: number
  readonly program: string
  /** Whatever a tree began with, what its processes start is started by the loader. */
  readonly strategy: StartStrategy
  readonly proof: Proof
}

/** What processes said, by the id of the spawn that their tree began with. */
export interface Tree {
  readonly mapped: ReadonlyMap<string, MappedLine[]>
  readonly openings: ReadonlyMap<string, OpeningLine[]>
  readonly execs: ReadonlyMap<string, ExecLine[]>
  /** What the hook of a worker in the column started, by the spawn that the worker's tree began with. */
  readonly starts: ReadonlyMap<string, SpawnLine[]>
  /** Tokens of announced starts that the kernel refused; of a hook's start, its id. */
  readonly unstarted: ReadonlySet<string>
  /** Trees of which the kernel reports every exec. */
  readonly accounted: ReadonlySet<string>
  readonly kernel: ReadonlyMap<string, KernelLine[]>
  /** Accounted trees that have no process left. */
  readonly ended: ReadonlySet<string>
  /** Trees in which a line could not be written. */
  readonly lost: ReadonlySet<string>
}

/** What processes are held against: programs against the column, tools against the host. */
export interface Standards {
  readonly column: ColumnIdentity | undefined
  readonly host: ColumnIdentity | undefined
  /** The sealed loaders, by path. */
  readonly loaders: readonly string[]
  verdictOf(program: string): string | null
}

export interface TreeJudgement {
  /** How the execs of the tree were counted: by the kernel, or by the shims' own announcements. */
  readonly accounting: 'exact' | 'shim'
  readonly state: StartState
  readonly reason: string
  readonly processes: readonly ProvenProcess[]
}

/** Judges every start of a tree: each must have left a record, on the right libc. The worst of them counts. */
export function judgeTree(spawn: SpawnLine, tree: Tree, standards: Standards): TreeJudgement {
  const records = new Map<string, MappedLine[]>()
  for (const line of tree.mapped.get(spawn.id) ?? [])
    records.set(line.token, [...(records.get(line.token) ?? []), line])
  const execs = (tree.execs.get(spawn.id) ?? []).filter(({ token }) => !tree.unstarted.has(token))
  const announced = [rootOf(spawn), ...execs].map((start) =>
    judgeStart(start, records.get(start.token) ?? [], standards),
  )
  const starts = [...announced, ...unannounced(spawn, tree, standards), ...unsettled(spawn, tree), ...open(spawn, tree)]
  const worst = severity.map((state) => starts.find((start) => start.state === state)).find((start) => start)
  return {
    accounting: tree.accounted.has(spawn.id) ? 'exact' : 'shim',
    state: worst?.state ?? 'neutral',
    reason: worst?.reason ?? spawn.reason,
    processes: starts.flatMap(({ process }) => process ?? []),
  }
}

/**
 * What the kernel reports beyond the announcements: an exec by a raw system call, or by a process that no shim is in.
 * A sealed loader is executed once for each announcement; system(3) and popen(3) begin with a bare /bin/sh.
 */
function unannounced(spawn: SpawnLine, tree: Tree, { loaders }: Standards): JudgedStart[] {
  const all = announcementsIn(spawn.id, tree)
  const execs = all.filter(({ token }) => !tree.unstarted.has(token))
  // What the kernel refused leaves no credit, but for a text: it can't be started at all, and sh reads it instead.
  const plain = new Set(
    all
      .filter((exec) => exec.how === 'plain' && (execs.includes(exec) || exec.reason === text))
      .map(({ program }) => program),
  )
  const loud = execs.filter(({ how, quiet }) => (how === 'program' || how === 'tool') && quiet !== true).length
  // Not by name alone: the same program may have been started by a raw system call too.
  const themselves = execs.filter(({ how }) => how === 'itself').map(({ program }) => program)
  const isAnnounced = (program: string) => {
    const at = themselves.indexOf(program)
    if (at !== -1) themselves.splice(at, 1)
    return at !== -1
  }
  const lines = tree.kernel.get(spawn.id) ?? []
  const isKnown = ({ program }: KernelLine) =>
    loaders.includes(program) || plain.has(program) || (loud > 0 && program === '/bin/sh') || isAnnounced(program)
  // A process that the kernel alone told of, and that then spoke for itself: as many words as starts, or none counts.
  const arrived = execs.filter(({ how }) => how === 'arrived').map(({ pid }) => pid)
  const hasArrived = ({ pid }: KernelLine) => {
    const at = arrived.indexOf(pid)
    if (at !== -1) arrived.splice(at, 1)
    return at !== -1
  }
  const unknown = lines.filter((line) => !isKnown(line)).filter((line) => !hasArrived(line))
  const surplus = lines.filter(({ program }) => loaders.includes(program)).slice(loud)
  return [...unknown, ...surplus].map(({ pid, program }) =>
    unproven(`process ${pid} started ${program} by a way that can't be followed`),
  )
}

type Announcement = Pick<ExecLine, 'token' | 'pid' | 'how' | 'program' | 'reason' | 'quiet'>

/** What the hook of a worker in the column starts makes trees of their own, which the kernel counts as the worker's. */
function announcementsIn(id: string, tree: Tree): Announcement[] {
  const starts = tree.starts.get(id) ?? []
  const own = tree.execs.get(id) ?? []
  return [...own, ...starts.flatMap((start) => [announcementOf(start), ...announcementsIn(start.id, tree)])]
}

function announcementOf({ id, decision, followed, program, reason }: SpawnLine): Announcement {
  return {
    token: id,
    pid: 0,
    how: decision === 'reroute' ? 'program' : followed ? 'tool' : 'plain',
    program,
    reason,
    quiet: true,
  }
}

/** A process that opened a library and ended before it could say which files that brought. */
function unsettled(spawn: SpawnLine, tree: Tree): JudgedStart[] {
  const keyOf = ({ token, pid }: { token: string; pid: number }) => `${token} ${pid}`
  const settled = new Map<string, number>()
  for (const line of tree.mapped.get(spawn.id) ?? [])
    settled.set(keyOf(line), Math.max(line.opening ?? 0, settled.get(keyOf(line)) ?? 0))
  const owed = (tree.openings.get(spawn.id) ?? []).filter((line) => line.opening > (settled.get(keyOf(line)) ?? 0))
  return owed.map(({ pid }) => unproven(`process ${pid} opened a library and ended before it could say what it mapped`))
}

/** A tree that may still change, or that could not say all. */
function open(spawn: SpawnLine, tree: Tree): JudgedStart[] {
  const running = tree.accounted.has(spawn.id) && !tree.ended.has(spawn.id)
  return [
    ...(tree.lost.has(spawn.id) ? [unproven(`a process of ${spawn.program} could not write its record`)] : []),
    ...(running ? [unproven(`${spawn.program}, or what it started, still ran when the grid was made`)] : []),
  ]
}

function unproven(reason: string): JudgedStart {
  return { state: 'unproven', reason, process: null }
}

/** As packages/native/c/start.h says it. */
const text = 'is neither ELF nor a script'

const severity: readonly StartState[] = ['wrong', 'incompatible', 'unproven', 'mapped', 'neutral']

type Start = Pick<ExecLine, 'token' | 'how' | 'program' | 'reason'> & {
  readonly verdict?: string | null
  readonly harmless?: boolean
  readonly strategy?: StartStrategy | null
}

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

interface JudgedStart {
  readonly state: StartState
  readonly reason: string
  readonly process: ProvenProcess | null
}

function judgeStart(start: Start, lines: readonly MappedLine[], standards: Standards): JudgedStart {
  const { how, program } = start
  const judged = (state: StartState, reason: string): JudgedStart => ({ state, reason, process: null })
  if (how === 'plain') return judged('unproven', `${program} ${start.reason}: nobody knows what it ran on`)
  const standard = how === 'tool' ? standards.host : standards.column
  const last = lines.at(-1)
  if (last === undefined || standard === undefined) return judgeSilent(start, judged, standards)
  // A process reports again at its end when it opened libraries since: the worst of its words counts.
  const proofs = lines.map((line) => proveProcess(line, standard))
  const first = (wanted: Proof['proof']) => proofs.find(({ proof }) => proof === wanted)
  const proof = first('wrong') ?? first('unproven') ?? proveProcess(last, standard)
  if (how === 'tool') return judgeTool(proof, lines, judged, standards)
  return { state: proof.proof, reason: proof.reason, process: processOf(start, last, proof) }
}

function processOf({ program, how, strategy }: Start, { pid, ppid }: MappedLine, proof: Proof): ProvenProcess {
  return {
    pid,
    ppid,
    program,
    strategy: strategy ?? (how === 'itself' || how === 'arrived' ? 'namespace' : 'loader'),
    proof,
  }
}

/** A tool only has to be what it says; a Node that loaded an addon ran that on the host's libc. */
function judgeTool(
  proof: Proof,
  lines: readonly MappedLine[],
  judged: (state: StartState, reason: string) => JudgedStart,
  { column, host }: Standards,
): JudgedStart {
  const addon = lines.flatMap(({ objects }) => objects).find(({ path }) => path.endsWith('.node'))
  if (addon !== undefined && column !== host) return judged('unproven', `addon in the host's Node: ${addon.path}`)
  return judged(proof.proof === 'mapped' ? 'neutral' : proof.proof, proof.reason)
}

/** No record: ld.so refused the program, as the verdict says, or nobody knows. */
function judgeSilent(
  { how, program, verdict, harmless }: Start,
  judged: (state: StartState, reason: string) => JudgedStart,
  standards: Standards,
): JudgedStart {
  if (how === 'tool' && harmless) return judged('neutral', 'a tool of the host')
  const refusal = how !== 'tool' ? (verdict === undefined ? standards.verdictOf(program) : verdict) : null
  if (refusal !== null) return judged('incompatible', refusal)
  return judged('unproven', `${program} left no record of what it mapped`)
}
