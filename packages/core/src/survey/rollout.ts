import { statSync } from 'node:fs'
import type { ElfKind } from '../elf/elf-file.js'
import { libcOf } from '../elf/loader-names.js'
import { GlibcMatrixError, isGlibcMatrixError } from '../errors.js'
import { type KnownFile, knownFile } from '../reroute/known-file.js'
import { notLoadable } from '../reroute/loadable.js'
import type { PlanOptions } from '../reroute/options.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { filesBelow, hasElfMagic } from './inspect-below.js'
import { type FileJudgement, judgeFile } from './judge-file.js'

/**
 * What changing from one glibc to another does to a file. `undecided`: a library that is no part of glibc is in only one of
 * the sysroots, so that nothing can be said of it.
 */
export type RolloutOutcome = 'both' | 'only-to' | 'breaks' | 'neither' | 'undecided'

/** A file that was compared, and what it would meet in both sysroots. */
export interface RolloutFile {
  readonly path: string
  readonly kind: ElfKind
  readonly outcome: RolloutOutcome
  readonly from: FileJudgement
  readonly to: FileJudgement
}

/** A file that is not compared, such as a static program or one of another machine; `unread` when it could not be read. */
export interface RolloutSkip {
  readonly path: string
  readonly code: string
  readonly reason: string
}

/** What a roll-out does to all files that were looked at. */
export interface Rollout {
  readonly files: readonly RolloutFile[]
  readonly skipped: readonly RolloutSkip[]
}

/**
 * Compares what every program, library and addon of the given files and trees would meet in two sysroots. Nothing is run.
 *
 * @throws GlibcMatrixError SYSROOT_INVALID when one is of glibc and the other of musl.
 */
export function rollout(paths: readonly string[], from: Sysroot, to: Sysroot, options: PlanOptions): Rollout {
  if (from.musl !== to.musl) throw otherLibc(from, to)
  const seen = new Set<string>()
  const files: RolloutFile[] = []
  const skipped: RolloutSkip[] = []
  for (const path of paths.flatMap((path) => elfFilesOf(path, seen))) {
    const found = compare(path, from, to, options)
    if ('outcome' in found) files.push(found)
    else if (found.code !== 'object') skipped.push(found)
  }
  return { files, skipped }
}

function otherLibc(from: Sysroot, to: Sysroot): GlibcMatrixError {
  const [glibc, musl] = to.musl ? [from, to] : [to, from]
  return new GlibcMatrixError(
    'SYSROOT_INVALID',
    `${glibc.spec} is glibc ${glibc.glibc} and ${musl.spec} is ${musl.glibc}: a program is linked for one of the two`,
    'Compare two of one libc.',
    { from: from.spec, to: to.spec },
  )
}

function elfFilesOf(path: string, seen: Set<string>): string[] {
  const isTree = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
  return isTree ? [...filesBelow(path, seen)].filter(hasElfMagic) : [path]
}

function compare(path: string, from: Sysroot, to: Sysroot, options: PlanOptions): RolloutFile | RolloutSkip {
  const file = knownFile(path)
  if ('errno' in file) return { path, code: 'unread', reason: `it can't be read: ${file.errno}` }
  const content = file.content()
  if (content.type !== 'elf') {
    return { path, code: 'unread', reason: content.type === 'unreadable' ? content.message : 'it is no ELF file' }
  }
  const { kind } = content.elf
  const skip = skipOf(file, kind, from)
  if (skip !== null) return { path, ...skip }
  try {
    const judged = withoutLoaders(kind, from, judgeFile(file, from, options), judgeFile(file, to, options))
    return { path, kind, outcome: outcomeOf(judged.from, judged.to), ...judged }
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    return { path, code: 'unread', reason: error.message }
  }
}

/** Of musl's addons what both lack is in the program that loads them: no version tells it from what is the libc's. */
function withoutLoaders(kind: ElfKind, { musl }: Sysroot, from: FileJudgement, to: FileJudgement) {
  if (!musl || kind !== 'shared') return { from, to }
  const beyond = (one: FileJudgement, other: FileJudgement): FileJudgement => ({
    ...one,
    lacks: one.lacks.filter(({ version }) => !other.lacks.some((lack) => lack.version === version)),
  })
  return { from: beyond(from, to), to: beyond(to, from) }
}

/** Libraries have no interpreter: whose they are is known by what they need. */
function skipOf(file: KnownFile, kind: ElfKind, sysroot: Sysroot): Pick<RolloutSkip, 'code' | 'reason'> | null {
  if (kind === 'object') return { code: 'object', reason: 'an object file' }
  const refusal = notLoadable({ name: file.path, asked: file, binary: file, scripts: [], args: [] }, sysroot)
  if (refusal === null) return null
  const isLibrary = kind === 'shared' && (refusal.code === 'static' || refusal.code === 'launcher')
  if (!isLibrary) return { code: refusal.code, reason: refusal.reason }
  const content = file.content()
  const libc = content.type === 'elf' ? libcOf(content.elf) : null
  const own = sysroot.musl ? 'musl' : 'glibc'
  return libc === null || libc === own ? null : { code: 'foreign-libc', reason: `it needs ${libc}'s libc` }
}

function outcomeOf(from: FileJudgement, to: FileJudgement): RolloutOutcome {
  if (from.unseen.join() !== to.unseen.join()) return 'undecided'
  if (isGood(from)) return isGood(to) ? 'both' : 'breaks'
  return isGood(to) ? 'only-to' : 'neither'
}

function isGood({ lacks, missing }: FileJudgement): boolean {
  return lacks.length === 0 && missing.length === 0
}
