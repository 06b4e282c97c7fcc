import { constants, copyFileSync, linkSync, mkdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { threadId } from 'node:worker_threads'
import { namespacePath } from '@glibc-matrix/native'
import { knownBehind, knownFile } from '../known-file.js'
import { elfAt } from '../loadable.js'
import type { SealedCommand, SpawnId } from '../loader.js'
import type { Seal } from '../seal.js'
import { holdFile } from './hold-file.js'
import { patchedFor, searchPathOf } from './patch.js'
import type { PatchedCopy } from './patched-copy.js'
import { type Shown, type Start, type Strategy, spawnVariable, type WorkerNamespace } from './strategy.js'

/**
 * The program's own path shows a patched copy, in a mount namespace of the process, and is executed as the caller would
 * have: /proc/self/exe, $ORIGIN, comm, argv[0] and AT_EXECFN are the kernel's own. For a script the kernel reads the `#!`
 * line itself.
 */
export const namespace: Strategy = {
  name: 'namespace',
  refusal(start) {
    if (isShown(start.program, start.seal)) return isStale(start.program) ? staleCopy : null
    const made = patchedFor(start, false)
    return 'refusal' in made ? made.refusal : null
  },
  command(start) {
    const { seal, program, asked, id } = start
    const env = [spawnVariable(id, '')]
    if (isShown(program, seal)) return { file: asked.path, args: asked.args, env }
    const made = patchedFor(start, false)
    if (showsFromNow(start, made)) return { file: asked.path, args: asked.args, env }
    const own = 'copy' in made ? [{ copy: sourceOf(made.copy, id), target: program }] : []
    const others = shownPrograms(
      start.others.filter((other) => other !== program),
      seal,
      id,
    )
    return { ...inNamespace([...own, ...others], asked.path, asked.args, seal), env }
  },
}

/** Starts a command in a mount namespace where each target shows its copy, to the whole tree of it. */
export function inNamespace(shown: readonly Shown[], path: string, args: readonly string[], seal: Seal): SealedCommand {
  if (shown.length === 0) return { file: path, args }
  const helper = helperFor(seal)
  const pairs = shown.flatMap(({ copy, target }) => [copy, target])
  return { file: helper, args: [helper, ...pairs, '--', path, ...args] }
}

/** The copies of programs that a tree may start by ways that no shim sees; one that can't be copied is left out. */
export function shownPrograms(programs: readonly string[], seal: Seal, id: SpawnId): Shown[] {
  return programs.flatMap((target): Shown[] => {
    if (isShown(target, seal)) return []
    const made = patchedFor({ seal, program: target, env: {}, beside: null }, false)
    return 'copy' in made ? [{ copy: sourceOf(made.copy, id), target }] : []
  })
}

/** Makes paths of this very process show copies, for as long as it lives; one that can't be copied is left out. */
export function showHere(programs: readonly string[], seal: Seal, namespace: WorkerNamespace): void {
  for (const program of programs) {
    if (isShown(program, seal)) continue
    const made = patchedFor({ seal, program, env: {}, beside: null }, false)
    if ('copy' in made) show(program, made.copy, seal, namespace)
  }
}

/** A copy that depends on the child's environment is for one start alone. */
function showsFromNow(start: Start, made: PatchedCopy): boolean {
  const { seal, program, namespace, others } = start
  if (namespace === null || !('copy' in made) || searchPathOf(start) !== null) return false
  showHere(others, seal, namespace)
  return show(program, made.copy, seal, namespace)
}

const staleCopy = 'its file was written to after its path began to show a copy'

interface ShownHere {
  readonly loader: string
  readonly isUnchanged: () => boolean
}

const shownHere = new Map<string, ShownHere>()

/** A path that shows a copy for one loader keeps it. */
function show(program: string, copy: string, seal: Seal, namespace: WorkerNamespace): boolean {
  const file = knownFile(program)
  if ('errno' in file || shownHere.has(program)) return false
  const hidden = holdFile(program)
  if (!namespace.show(copy, program)) {
    hidden.close()
    return false
  }
  shownHere.set(program, { loader: seal.loader, isUnchanged: hidden.isUnchanged })
  knownBehind(copy, file)
  return true
}

/** This very process is in a namespace already where the path shows a copy for this loader. */
function isShown(program: string, seal: Seal): boolean {
  return (shownHere.get(program)?.loader ?? elfAt(program)?.interpreter) === seal.loader
}

/** Both: then a start needs nothing but the path. */
export function showsHere(program: string, seal: Seal): boolean {
  return isShown(program, seal) && !isStale(program)
}

/** By another hard link, or from outside of the namespace, the file that the copy hides can still be written to. */
function isStale(program: string): boolean {
  return shownHere.get(program)?.isUnchanged() === false
}

const made = new Set<string>()
/** By the copy: the file that further links are made to. */
const linked = new Map<string, string>()

/**
 * The kernel tells a process where a mount comes from (proc_pid_mountinfo(5)): a copy's further name is the spawn's id, by
 * which the shim knows itself in a process that nobody announced. A file has 65,000 names in ext4, and then link(2) says EMLINK:
 * the next start gets a file of its own, whose names later starts take. Without a name such a process stays unproven.
 */
function sourceOf(copy: string, id: SpawnId): string {
  const directory = join(dirname(copy), 'n')
  const source = join(directory, id)
  try {
    if (!made.has(directory)) mkdirSync(directory, { recursive: true, mode: 0o711 })
    made.add(directory)
    nameAnew(copy, source)
    return source
  } catch {
    return copy
  }
}

function nameAnew(copy: string, source: string): void {
  try {
    linkSync(linked.get(copy) ?? copy, source)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMLINK') throw error
    copyFileSync(copy, source, constants.COPYFILE_FICLONE)
    linked.set(copy, source)
  }
}

/** Root's children of other users may not reach into its node_modules, but into the run's directory. */
function helperFor(seal: Seal): string {
  const helper = join(dirname(seal.loader), 'namespace')
  if (statSync(helper, { throwIfNoEntry: false }) !== undefined) return helper
  const fresh = `${helper}.${process.pid}.${threadId}`
  try {
    copyFileSync(namespacePath() ?? '', fresh)
    linkSync(fresh, helper)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(fresh, { force: true })
  }
  return helper
}
