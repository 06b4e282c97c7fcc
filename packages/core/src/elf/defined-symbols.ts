import { withImage } from './image.js'
import { readBoundSymbols } from './symbols.js'
import { type BoundNeed, readDefinitionIndexes } from './versions.js'

/**
 * What a library offers to programs: `name@VERSION` of every symbol that is bound to one of its own versions (Verdef), sorted.
 * Private versions, which only glibc's own libraries may use, are left out. Throws as readElf does.
 */
export function readDefinedSymbols(path: string): readonly string[] {
  return withImage(path, ({ linked }) => {
    if (linked === null) return []
    const { header, dynamic } = linked
    const own = new Map<number, BoundNeed>()
    for (const [index, version] of readDefinitionIndexes(header.fields, dynamic)) {
      if (!version.endsWith('_PRIVATE')) own.set(index, { library: '', version, weak: false, index })
    }
    const bound = readBoundSymbols(header, dynamic, own).filter(({ name, need }) => name !== need.version)
    return [...new Set(bound.map(({ name, need }) => `${name}@${need.version}`))].sort()
  })
}
