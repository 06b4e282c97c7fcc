import { basename } from 'node:path'
import { findLibrary, findOnHost, isHostFile, isTiedToLibc, type Loaded, type Search } from './library-search.js'
import { missingVersions } from './versions.js'

/**
 * Why the host's library can't be lent to a sysroot: the first need of it, or of a library that would follow it from the
 * host, that the sysroot does not meet. Null when all are met.
 */
export function refusalToLend(library: Loaded, loaded: ReadonlyMap<string, Loaded>, search: Search): string | null {
  const byName = new Map(loaded)
  const pending = [library]
  const seen = new Set([library.id])
  for (const object of pending) {
    const file = basename(object.path)
    for (const name of object.elf.needed) {
      const provider = byName.get(name) ?? provide(name, object, search)
      if (provider === null) return `the host's ${file} needs ${name}, which ${title(search)} lacks`
      byName.set(name, provider)
      if (!isHostFile(provider.real, search) || seen.has(provider.id)) continue
      seen.add(provider.id)
      pending.push(provider)
    }
    const [missing] = missingVersions([object], byName)
    if (missing !== undefined) {
      const { version, library: definer } = missing
      return `the host's ${file} needs ${version} of ${definer}, which ${title(search)} does not define`
    }
  }
  return null
}

function provide(name: string, from: Loaded, search: Search): Loaded | null {
  const found = findLibrary(name, from, search)
  if (found !== null) return 'broken' in found ? null : found
  return isTiedToLibc(name) ? null : findOnHost(name, from, search)
}

function title({ sysroot }: Search): string {
  return `${sysroot.spec} (${sysroot.glibc})`
}
