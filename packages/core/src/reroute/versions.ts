import type { MissingVersion } from './decision.js'
import type { Loaded } from './library-search.js'

/**
 * Compares each strong version need with what the library's own file defines, never with a table of releases: distributions
 * backport versions. A library without any definition is only warned of (glibc elf/dl-version.c, match_symbol).
 */
export function missingVersions(
  objects: readonly Loaded[],
  byName: ReadonlyMap<string, Loaded>,
): readonly MissingVersion[] {
  return objects.flatMap((object) =>
    Object.entries(object.elf.requires).flatMap(([library, needs]) => {
      const defines = byName.get(library)?.elf.defines ?? []
      if (defines.length === 0) return []
      const lacking = needs.filter(({ version, weak }) => !weak && !defines.includes(version))
      return lacking.map(({ version }) => ({ version, library, requiredBy: object.path }))
    }),
  )
}
