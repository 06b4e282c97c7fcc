import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ElfFile } from '../elf/elf-file.js'
import { isGlibcFamily } from '../elf/glibc-family.js'
import { isMuslItself, libcOf } from '../elf/loader-names.js'
import { readElf } from '../elf/read.js'
import { isGlibcMatrixError } from '../errors.js'
import { resolveInside } from './inside.js'
import type { RefusedLibrary, Sysroot } from './sysroot.js'

/** A library of the other sysroot, by the name that programs ask for. */
export interface CompanionLibrary {
  readonly soname: string
  readonly path: string
}

export interface CompanionVerdict {
  readonly taken: readonly CompanionLibrary[]
  readonly refused: readonly RefusedLibrary[]
}

type Libraries = Map<string, ElfFile>

/**
 * Which libraries of `from` can serve in `sysroot`: those it lacks, all of whose needs, names and strong versions, are met by
 * the sysroot's own files or by others that are taken. One that is refused takes those with it that need it.
 */
export function judgeCompanions(sysroot: Sysroot, from: Sysroot): CompanionVerdict {
  const own = librariesOf(sysroot)
  const machine = own.get('libc.so.6')?.machine ?? sysroot.machine
  const candidates = new Map(
    [...librariesOf(from)].filter(([name, elf]) => !own.has(name) && !isGlibcFamily(name) && elf.machine === machine),
  )
  const refused: RefusedLibrary[] = []
  for (let settled = false; !settled; ) {
    const faults = [...candidates].flatMap(([library, elf]) => {
      const reason = faultOf(elf, library, own, candidates, sysroot)
      return reason === null ? [] : [{ library, reason }]
    })
    for (const { library } of faults) candidates.delete(library)
    refused.push(...faults)
    settled = faults.length === 0
  }
  const taken = [...candidates].map(([soname, { path }]) => ({ soname, path }))
  return { taken: taken.sort(byName), refused: refused.sort((a, b) => (a.library < b.library ? -1 : 1)) }
}

/** By soname, where a file of that very name leads to it: so ld.so would find it. */
function librariesOf({ path: root, libraryPath }: Sysroot): Libraries {
  const found: Libraries = new Map()
  for (const directory of libraryPath) {
    for (const name of readdirSync(directory).sort()) {
      if (!name.includes('.so') || found.has(name)) continue
      const elf = sharedObject(root, join(directory, name))
      if (elf?.soname === name) found.set(name, elf)
    }
  }
  return found
}

function sharedObject(root: string, path: string): ElfFile | null {
  const real = resolveInside(root, relative(root, path))
  try {
    return real === null ? null : readElf(real)
  } catch (error) {
    if (isGlibcMatrixError(error)) return null
    throw error
  }
}

function faultOf(
  elf: ElfFile,
  library: string,
  own: Libraries,
  candidates: Libraries,
  sysroot: Sysroot,
): string | null {
  const provider = (name: string) => own.get(name) ?? candidates.get(name)
  if (sysroot.musl && libcOf(elf) === 'glibc') return `${library} is for glibc, while ${sysroot.spec} is musl`
  const isThere = (name: string) => provider(name) !== undefined || (sysroot.musl && isMuslItself(name))
  const absent = elf.needed.find((name) => !isThere(name))
  if (absent !== undefined) return `${library} needs ${absent}, which neither has`
  if (sysroot.musl) return null
  for (const [name, needs] of Object.entries(elf.requires)) {
    const defines = provider(name)?.defines ?? []
    const lacking = needs.find(({ version, weak }) => !weak && !defines.includes(version))
    if (lacking !== undefined) {
      return `${library} needs ${lacking.version} of ${name}, which ${sysroot.spec} (${sysroot.glibc}) does not define`
    }
  }
  return null
}

function byName(one: CompanionLibrary, other: CompanionLibrary): number {
  return one.soname < other.soname ? -1 : 1
}
