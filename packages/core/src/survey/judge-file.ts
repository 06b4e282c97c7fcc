import { type Linkage, readLinkage } from '../elf/linkage.js'
import { isGlibcMatrixError } from '../errors.js'
import { type Closure, closure } from '../reroute/closure.js'
import type { KnownFile } from '../reroute/known-file.js'
import { isTiedToLibc, type Loaded } from '../reroute/library-search.js'
import { missingSymbols } from '../reroute/musl-symbols.js'
import type { PlanOptions } from '../reroute/options.js'
import { searchFor } from '../reroute/verdict.js'
import { missingVersions } from '../reroute/versions.js'
import type { Sysroot } from '../sysroot/sysroot.js'

/** Something that a file, or a library that it brings, needs and a sysroot doesn't define. */
export interface Lack {
  /** Null for a version that binds no symbol: a mark of the loader's abilities. Of musl, which has no versions, `version` is the symbol. */
  readonly symbol: string | null
  readonly version: string
  readonly library: string
  readonly requiredBy: string
}

/** What a file would meet in a sysroot. */
export interface FileJudgement {
  readonly lacks: readonly Lack[]
  /** Libraries of a libc or compiler that the sysroot lacks, by soname: another one can't lend them. */
  readonly missing: readonly string[]
  /** Other libraries that it lacks; what they in turn need was not looked at. */
  readonly unseen: readonly string[]
}

/**
 * Judges a program, library or addon symbol by symbol, without running it: versions as ld.so checks them, and symbols that
 * a program meets only when it calls them (those of GLIBC_PRIVATE come and go under one version). The host lends nothing.
 *
 * @throws GlibcMatrixError ELF_MALFORMED and its like.
 */
export function judgeFile(file: KnownFile, sysroot: Sysroot, options: PlanOptions): FileJudgement {
  const loads = closureOf(file, sysroot, options)
  const lacks = sysroot.musl ? plainLacks(loads) : [...versionsThatLack(loads), ...symbolsThatLack(loads, sysroot)]
  const names = loads.missing.map(({ soname }) => soname)
  return {
    lacks: lacks.filter(isFirst),
    missing: names.filter(isTiedToLibc),
    unseen: names.filter((name) => !isTiedToLibc(name)),
  }
}

function closureOf(file: KnownFile, sysroot: Sysroot, options: PlanOptions): Closure {
  const content = file.content()
  if (content.type !== 'elf') return { objects: [], byName: new Map(), missing: [], lent: [] }
  const command = { file: file.real, args: [file.real], cwd: '/', env: {} }
  const main: Loaded = { path: file.real, real: file.real, id: file.id, elf: content.elf, loader: null }
  return closure(main, undefined, 'refuse', searchFor(content.elf, command, sysroot, options))
}

/** Where a library is missing, so are all its symbols. */
function plainLacks({ objects, missing }: Closure): Lack[] {
  return missing.length > 0 ? [] : missingSymbols(objects).map((one) => ({ ...one, symbol: null }))
}

/** A version that is missing, by the symbols that are bound to it. */
function versionsThatLack({ objects, byName }: Closure): Lack[] {
  return missingVersions(objects, byName).flatMap(({ version, library, requiredBy }): Lack[] => {
    const bound = linkageOf(requiredBy).requires.filter((one) => one.version === version && one.library === library)
    if (bound.length === 0) return [{ symbol: null, version, library, requiredBy }]
    return bound.map(({ name }) => ({ symbol: name, version, library, requiredBy }))
  })
}

/** A symbol that no object in scope defines although its version is there. ld.so looks in all of them, whatever library was meant. */
function symbolsThatLack({ objects, missing }: Closure, sysroot: Sysroot): Lack[] {
  if (missing.length > 0) return []
  const linkages = objects.map((object) => ({ object, linkage: linkageOf(object.real) }))
  const isDefined = (symbol: string) => linkages.some(({ linkage }) => linkage.defines.has(symbol))
  // The sysroot's own libraries fit each other.
  const brought = linkages.filter(({ object }) => object.loader === null || !isOf(object.real, sysroot))
  return brought.flatMap(({ object, linkage }) =>
    linkage.requires
      .filter(({ name, version }) => !isDefined(`${name}@${version}`))
      .map(({ name, version, library }) => ({ symbol: name, version, library, requiredBy: object.path })),
  )
}

function isOf(real: string, { path, libraryPath }: Sysroot): boolean {
  return path === '/' ? libraryPath.some((directory) => real.startsWith(`${directory}/`)) : real.startsWith(`${path}/`)
}

const linkages = new Map<string, Linkage>()

/** Read once: a survey looks at the same libraries for every program. */
function linkageOf(path: string): Linkage {
  const known = linkages.get(path)
  if (known !== undefined) return known
  const linkage = readOrNothing(path)
  linkages.set(path, linkage)
  return linkage
}

/** Symbols are an addition to the versions, of which a malformed file was told already. */
function readOrNothing(path: string): Linkage {
  try {
    return readLinkage(path)
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    return { requires: [], defines: new Set() }
  }
}

function isFirst(lack: Lack, index: number, all: readonly Lack[]): boolean {
  const isSame = (other: Lack) =>
    other.symbol === lack.symbol && other.version === lack.version && other.requiredBy === lack.requiredBy
  return all.findIndex(isSame) === index
}
