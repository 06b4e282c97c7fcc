import { type ColumnIdentity, type Proof, proveProcess } from './proof.js'
import type { ExecLine, MappedLine, StartStrategy } from './record.js'

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

/** What processes are held against: programs against the column, tools against the host. */
export interface Standards {
  readonly column: ColumnIdentity | undefined
  readonly host: ColumnIdentity | undefined
  /** The sealed loaders, by path. */
  readonly loaders: readonly string[]
  /** The kernel reports every start of this tree that nobody announced. */
  readonly counted?: boolean
  /** What is not counted by the kernel is not proven (`accounting: 'exact'`). */
  readonly mustCount?: boolean
  /** Counting took the privileges of what the tree starts. */
  readonly noNewPrivs?: boolean
  verdictOf(program: string): string | null
}

export type Start = Pick<ExecLine, 'token' | 'how' | 'program' | 'reason'> & {
  readonly verdict?: string | null
  readonly harmless?: boolean
  readonly strategy?: StartStrategy | null
}

export interface JudgedStart {
  readonly state: StartState
  readonly reason: string
  readonly processes: readonly ProvenProcess[]
  /** The program that ld.so refused. */
  readonly refused?: string
}

export function judgeStart(start: Start, lines: readonly MappedLine[], standards: Standards): JudgedStart {
  const { how, program } = start
  const judged = (state: StartState, reason: string): JudgedStart => ({ state, reason, processes: [] })
  // What it starts in turn is the kernel's to report.
  if (how === 'plain' && start.reason === staticTool && standards.counted)
    return judged('neutral', 'a tool, by `exclude`')
  if (how === 'plain' && start.reason === foreignMachine)
    return { ...judged('incompatible', 'is of another machine than the column'), refused: program }
  const words = how === 'plain' && otherLibc.has(start.reason) ? standards.verdictOf(program) : null
  if (words !== null) return { ...judged('incompatible', words), refused: program }
  if (how === 'plain') return judged('unproven', `${program} ${start.reason}: ${doubt(start, standards)}`)
  const standard = how === 'tool' ? standards.host : standards.column
  const last = lines.at(-1)
  if (last === undefined || standard === undefined) return judgeSilent(start, judged, standards)
  // A process reports again at its end when it opened libraries since: the worst of its words counts.
  const proofs = lines.map((line) => proveProcess(line, standard))
  const first = (wanted: Proof['proof']) => proofs.find(({ proof }) => proof === wanted)
  const proof = first('wrong') ?? first('unproven') ?? proveProcess(last, standard)
  if (lines.some(({ capabilities }) => capabilities) && proof.proof === 'mapped')
    return judged('unproven', `${program} has file capabilities, which it does not get behind a loader`)
  if (how === 'tool') return judgeTool(proof, lines, judged, standards)
  return { state: proof.proof, reason: proof.reason, processes: [processOf(start, last, proof)] }
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
  if (refusal !== null) return { ...judged('incompatible', refusal), refused: program }
  const { silent = null } = (how === 'tool' ? null : standards.column) ?? {}
  return judged('unproven', `${program} left no record of what it mapped${silent === null ? '' : `: ${silent}`}`)
}

function doubt({ reason }: Start, { noNewPrivs = false }: Standards): string {
  if (reason !== privileged || !noNewPrivs) return 'nobody knows what it ran on'
  return "counting starts took its privilege (no_new_privs); `accounting: 'shim'` leaves it"
}

/** As packages/native/c/target.h says them. */
const foreignMachine = 'is of another machine'
const privileged = 'is privileged'
/** Whether or not this machine has that libc's loader, so that the kernel started it after all. */
export const otherLibc: ReadonlySet<string> = new Set(['is linked to musl', 'is linked to glibc'])
export const staticTool = 'is static and excluded'

export function unproven(reason: string): JudgedStart {
  return { state: 'unproven', reason, processes: [] }
}
