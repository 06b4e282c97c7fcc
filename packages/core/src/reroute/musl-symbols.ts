import { type PlainLinkage, readPlainLinkage } from '../elf/linkage.js'
import { isMuslItself } from '../elf/loader-names.js'
import type { MissingVersion } from './decision.js'
import type { Loaded } from './library-search.js'

/**
 * musl has no versions, and binds every symbol before main: one that is nowhere ends the program (ldso/dynlink.c, do_relocs). So
 * what a newer musl has shows as a name that this one lacks. Told as a version would be, of the libc that the object asks for.
 */
export function missingSymbols(objects: readonly Loaded[]): readonly MissingVersion[] {
  const linkages = objects.map((object) => ({ object, ...linkageOf(object) }))
  const defined = new Set(linkages.flatMap(({ defines }) => defines))
  return linkages.flatMap(({ object, requires }) => {
    const library = object.elf.needed.find(isMuslItself) ?? 'libc.so'
    return requires
      .filter((name) => !defined.has(name))
      .map((version) => ({ version, library, requiredBy: object.path }))
  })
}

const linkages = new WeakMap<object, PlainLinkage>()

/** Once for a file as long as it is known. */
function linkageOf({ real, elf }: Loaded): PlainLinkage {
  const linkage = linkages.get(elf) ?? readPlainLinkage(real)
  linkages.set(elf, linkage)
  return linkage
}
