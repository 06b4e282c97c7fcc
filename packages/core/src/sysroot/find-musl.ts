import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ElfFile } from '../elf/elf-file.js'
import { readElf } from '../elf/read.js'
import { isGlibcMatrixError } from '../errors.js'
import { resolveInside } from './inside.js'
import { LAYOUTS, type Layout } from './layouts.js'

/** Of musl loader and libc are one file. */
export interface Musl {
  readonly layout: Layout
  readonly libc: ElfFile
  readonly version: string
  readonly directories: readonly string[]
}

/**
 * Looks for a musl in a root or prefix, or in `place` itself where that is a file; null when there is none of the machine.
 * What tells musl is the banner in the file, never a name.
 */
export function findMusl(place: string, arch: string | null): Musl | null {
  const alone = statSync(place).isFile()
  const root = alone ? dirname(place) : place
  for (const path of alone ? [place] : candidates(root)) {
    const libc = readable(path)
    const layout = LAYOUTS.find(({ machine, debian }) => machine === libc?.machine && (arch ?? debian) === debian)
    const version = libc && muslVersion(path)
    if (libc && layout && version) return { layout, libc, version, directories: directoriesOf(root, path, alone) }
  }
  return null
}

/** musl's version as its loader prints it (ldso/dynlink.c); null for a file that is no musl. */
export function muslVersion(path: string): string | null {
  const text = readFileSync(path, 'latin1')
  if (!/musl libc \([\w-]+\)\nVersion %s\nDynamic Program Loader/.test(text)) return null
  return /\0(\d+\.\d+\.\d+)(?:-git-[\w-]+)?\0/.exec(text)?.[1] ?? null
}

/** `lib` of a root and of a prefix; a distribution with multiarch directories links from there into its own. */
const places = ['lib', 'usr/lib', 'usr/local/lib', '.']

function candidates(root: string): readonly string[] {
  const multiarch = ['lib', 'usr/lib'].flatMap((directory) =>
    namesIn(join(root, directory)).flatMap((name) => (/-linux-musl\w*$/.test(name) ? [`${directory}/${name}`] : [])),
  )
  const paths = [...places, ...multiarch].flatMap((directory) =>
    namesIn(join(root, directory)).flatMap((name) =>
      /^ld-musl-[\w-]+\.so\.1$|^libc\.so$/.test(name) ? (resolveInside(root, `${directory}/${name}`) ?? []) : [],
    ),
  )
  return [...new Set(paths)]
}

/**
 * Where it looks for libraries: what its list beside it says, as the root has it, else its built-in directories (musl(7) has no
 * cache; ldso/dynlink.c). A loader alone has what lies beside it, unless that is another libc's place.
 */
function directoriesOf(root: string, libc: string, alone: boolean): readonly string[] {
  if (alone) return namesIn(root).some((name) => /^libc\.so\.6/.test(name)) ? [] : [root]
  const lists = namesIn(join(root, 'etc')).filter((name) => /^ld-musl-[\w-]+\.path$/.test(name))
  const listed = lists.flatMap((name) => readFileSync(join(root, 'etc', name), 'utf8').split(/[\n:]/))
  const names = lists.length > 0 ? listed.filter((name) => name !== '') : ['lib', 'usr/local/lib', 'usr/lib']
  const real = names.flatMap((directory) => resolveInside(root, directory) ?? [])
  return [...new Set([...real, dirname(libc)])].filter((directory) =>
    namesIn(directory).some((name) => /\.so(?:\.|$)/.test(name)),
  )
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

function readable(path: string): ElfFile | null {
  try {
    return readElf(path)
  } catch (error) {
    if (isGlibcMatrixError(error)) return null
    throw error
  }
}
