import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { HostLibrary } from './decision.js'
import type { Seal } from './seal.js'

const lent = new Set<string>()

/** Puts the host's libraries that a verdict allowed where the sealed loader looks. Many workers may do so at once. */
export function lendLibraries(seal: Seal, libraries: readonly HostLibrary[]): void {
  if (seal.libraries === null) return
  for (const library of libraries) {
    const link = join(seal.libraries, library.soname)
    if (lent.has(link)) continue
    lendOne(library.path, link)
    lent.add(link)
  }
}

function lendOne(path: string, link: string): void {
  try {
    symlinkSync(path, link)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
