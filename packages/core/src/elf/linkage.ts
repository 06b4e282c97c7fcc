import { withImage } from './image.js'
import { readBoundSymbols, readSymbols } from './symbols.js'
import { type BoundNeed, readDefinitionIndexes } from './versions.js'

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
    const own = readDefinitionIndexes(header.fields, dynamic).map(
      ([index, version]): BoundNeed => ({ library: '', version, weak: false, index }),
    )
    const bound = (all: readonly BoundNeed[]) =>
      readBoundSymbols(header, dynamic, new Map(all.map((need) => [need.index, need])))
    const required = bound(needs).filter(({ isDefined, isWeak }) => !isDefined && !isWeak)
    return {
      requires: required.map(({ name, need: { version, library } }) => ({ name, version, library })),
      defines: new Set(bound(own).map(({ name, need }) => `${name}@${need.version}`)),
    }
  })
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
