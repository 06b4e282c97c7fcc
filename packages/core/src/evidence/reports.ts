import { type JudgedStart, type Standards, staticTool, unproven } from './judge-start.js'
import type { ExecLine, KernelLine, SpawnLine } from './record.js'
import type { Tree } from './tree-lines.js'

/**
 * What the kernel reports beyond the announcements: an exec by a raw system call, or by a process that no shim is in.
 * A sealed loader is executed once for each announcement; system(3) and popen(3) begin with a bare /bin/sh.
 */
export function unannounced(spawn: SpawnLine, tree: Tree, { loaders }: Standards): JudgedStart[] {
  const all = announcementsIn(spawn.id, tree)
  const execs = all.filter(({ token }) => !tree.unstarted.has(token))
  // An excluded tool may start itself as often as it likes.
  const tools = new Set(execs.filter(isExcluded).map(({ program }) => program))
  // What the kernel refused leaves no credit, but for a text: it can't be started at all, and sh reads it instead.
  const plain = all.filter((exec) => exec.how === 'plain' && (execs.includes(exec) || exec.reason === text))
  const loud = execs.filter(({ how, quiet }) => (how === 'program' || how === 'tool') && quiet !== true).length
  // Not by name alone: the same program, or what has its name by then, may have been started by a raw system call too.
  const itself = execs.filter(({ how, quiet }) => how === 'itself' && quiet !== true)
  const announced = [...plain, ...itself].map(({ program }) => program)
  const isAnnounced = (program: string) => {
    const at = announced.indexOf(program)
    if (at !== -1) announced.splice(at, 1)
    return at !== -1
  }
  const lines = tree.kernel.get(spawn.id) ?? []
  const isKnown = ({ program }: KernelLine) =>
    loaders.includes(program) || tools.has(program) || (loud > 0 && program === '/bin/sh') || isAnnounced(program)
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

/** Of a tree that a hook began (../reroute/scope.ts) the reason names the glob. */
function isExcluded({ how, reason }: Announcement): boolean {
  return how === 'plain' && (reason === staticTool || reason.startsWith("excluded by '"))
}

/** As packages/native/c/start.h says it. */
const text = 'is neither ELF nor a script'
