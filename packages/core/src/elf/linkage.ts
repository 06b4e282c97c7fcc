import { type Image, withImage } from './image.js'
import { type BoundSymbol, readBoundSymbols, readSymbols } from './symbols.js'
import { readDefinitionIndexes } from './versions.js'

/** A symbol that an object can't do without, under the version and of the library that it was linked with. */
export interface RequiredSymbol {
  readonly name: string
  readonly version: string
  readonly library: string
}

/** What an object asks of others, and what it gives them, symbol by symbol; those without a version are left out. */
export interface Linkage {
  readonly requires: readonly RequiredSymbol[]
  /** `NAME@VERSION` */
  readonly defines: ReadonlySet<string>
}

/** Reads the dynamic symbols of `path`. Throws as readElf does. */
export function readLinkage(path: string): Linkage {
  return withImage(path, ({ linked }) => {
    if (linked === null) return { requires: [], defines: new Set() }
    const { header, dynamic, needs } = linked
    const bound = readBoundSymbols(header, dynamic, new Map(needs.map((need) => [need.index, need])))
    const required = bound.filter(({ isDefined, isWeak }) => !isDefined && !isWeak)
    return {
      requires: required.map(({ name, version: { version, library } }) => ({ name, version, library })),
      defines: new Set(definitions(linked).map(({ name, version }) => `${name}@${version}`)),
    }
  })
}

/**
 * What a library offers to programs: `name@VERSION` of every symbol that is bound to one of its own versions (Verdef), sorted.
 * Private versions, which only glibc's own libraries may use, are left out. Throws as readElf does.
 */
export function readDefinedSymbols(path: string): readonly string[] {
  return withImage(path, ({ linked }) => {
    const own = linked === null ? [] : definitions(linked)
    const offered = own.filter(({ name, version }) => name !== version && !version.endsWith('_PRIVATE'))
    return [...new Set(offered.map(({ name, version }) => `${name}@${version}`))].sort()
  })
}

function definitions({ header, dynamic }: NonNullable<Image['linked']>): readonly BoundSymbol<string>[] {
  return readBoundSymbols(header, dynamic, new Map(readDefinitionIndexes(header.fields, dynamic)))
}

/** What an object asks of others and gives them by name alone. */
export interface PlainLinkage {
  readonly requires: readonly string[]
  readonly defines: readonly string[]
}

/** Reads the dynamic symbols of `path` without their versions. Throws as readElf does. */
export function readPlainLinkage(path: string): PlainLinkage {
  return withImage(path, ({ linked }) => {
    const symbols = linked === null ? [] : readSymbols(linked.header, linked.dynamic)
    return {
      requires: symbols.flatMap(({ name, isDefined, isWeak }) => (isDefined || isWeak || name === '' ? [] : [name])),
      defines: symbols.flatMap(({ name, isDefined }) => (isDefined ? [name] : [])),
    }
  })
}
