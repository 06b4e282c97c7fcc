import { statSync } from 'node:fs'
import type { ElfKind } from '../elf/elf-file.js'
import { isGlibcMatrixError } from '../errors.js'
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

export interface Rollout {
  readonly files: readonly RolloutFile[]
  readonly skipped: readonly RolloutSkip[]
}

/** Compares what every program, library and addon of the given files and trees would meet in two sysroots. Nothing is run. */
export function rollout(paths: readonly string[], from: Sysroot, to: Sysroot, options: PlanOptions): Rollout {
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
    const judged = { from: judgeFile(file, from, options), to: judgeFile(file, to, options) }
    return { path, kind, outcome: outcomeOf(judged.from, judged.to), ...judged }
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    return { path, code: 'unread', reason: error.message }
  }
}

/** Libraries have no interpreter; musl's are known by what they need. */
function skipOf(file: KnownFile, kind: ElfKind, sysroot: Sysroot): Pick<RolloutSkip, 'code' | 'reason'> | null {
  if (kind === 'object') return { code: 'object', reason: 'an object file' }
  const refusal = notLoadable({ name: file.path, asked: file, binary: file, scripts: [], args: [] }, sysroot)
  if (refusal === null) return null
  const isLibrary = kind === 'shared' && (refusal.code === 'static' || refusal.code === 'launcher')
  if (!isLibrary) return { code: refusal.code, reason: refusal.reason }
  const content = file.content()
  const needed = content.type === 'elf' ? content.elf.needed : []
  const isMusl = needed.some((name) => /^libc\.musl-|^libc\.so$|^ld-musl-/.test(name))
  return isMusl ? { code: 'foreign-libc', reason: "it needs musl's libc" } : null
}

function outcomeOf(from: FileJudgement, to: FileJudgement): RolloutOutcome {
  if (from.unseen.join() !== to.unseen.join()) return 'undecided'
  if (isGood(from)) return isGood(to) ? 'both' : 'breaks'
  return isGood(to) ? 'only-to' : 'neither'
}

function isGood({ lacks, missing }: FileJudgement): boolean {
  return lacks.length === 0 && missing.length === 0
}
