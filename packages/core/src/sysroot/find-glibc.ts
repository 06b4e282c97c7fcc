import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { ElfFile } from '../elf/elf-file.js'
import { readElf } from '../elf/read.js'
import { GlibcMatrixError, isGlibcMatrixError } from '../errors.js'
import { machineArchitecture } from './architecture.js'
import { resolveInside } from './inside.js'
import { LAYOUTS, type Layout, libraryDirectories } from './layouts.js'

/** The two files that make a glibc, by real path, and the directories around them. */
export interface Glibc {
  readonly layout: Layout
  readonly loader: string
  readonly libc: ElfFile
  readonly directories: readonly string[]
}

/** Looks for loader and libc.so.6 below `root` (a real path), by SONAME and machine, never by file name alone. */
export function findGlibc(root: string, arch: string | null, spec: string): Glibc {
  const layouts = layoutsInOrder(arch)
  const damaged = new Set<string>()
  for (const layout of layouts) {
    const directories = directoriesOf(root, layout)
    const libc = findBySoname(root, directories, 'libc.so.6', layout, damaged)
    const loader = findBySoname(root, directories, layout.loader, layout, damaged)
    if (libc !== null && loader !== null) return { layout, loader: loader.path, libc, directories }
    if (libc !== null || loader !== null) {
      throw half(root, spec, layout, libc, loader, directories, damaged)
    }
  }
  throw nothing(root, spec, layouts, damaged)
}

function layoutsInOrder(arch: string | null): readonly Layout[] {
  if (arch !== null) return LAYOUTS.filter((layout) => layout.debian === arch)
  const own = machineArchitecture()
  return [...LAYOUTS].sort((left, right) => Number(right.debian === own) - Number(left.debian === own))
}

function directoriesOf(root: string, layout: Layout): readonly string[] {
  const real = libraryDirectories(layout).flatMap((directory) => resolveInside(root, directory) ?? [])
  return [...new Set(real)].filter((directory) => namesIn(directory).some((name) => /\.so(?:\.|$)/.test(name)))
}

/** The usual name first; else any ld-*.so or libc-*.so that says in its SONAME that it is the one. */
function findBySoname(
  root: string,
  directories: readonly string[],
  soname: string,
  layout: Layout,
  damaged: Set<string>,
): ElfFile | null {
  const family = soname.startsWith('libc.') ? /^libc[-.].*so/ : /^ld[-6].*\.so/
  for (const directory of directories) {
    const others = namesIn(directory).filter((name) => name !== soname && family.test(name))
    for (const name of [soname, ...others]) {
      const file = readInside(root, join(directory, name), damaged)
      if (file?.soname === soname && file.machine === layout.machine) return file
    }
  }
  return null
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

function readInside(root: string, path: string, damaged: Set<string>): ElfFile | null {
  const real = resolveInside(root, relative(root, path))
  try {
    return real === null ? null : readElf(real)
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    damaged.add(error.message)
    return null
  }
}

function half(
  root: string,
  spec: string,
  layout: Layout,
  libc: ElfFile | null,
  loader: ElfFile | null,
  directories: readonly string[],
  damaged: ReadonlySet<string>,
): GlibcMatrixError {
  const [there, missing] = libc === null ? [loader?.path, 'libc.so.6'] : [libc.path, layout.loader]
  const found = `${there} is there, but no ${missing} of ${layout.machine} in ${directories.join(', ')}`
  return invalid(root, spec, found, damaged)
}

function nothing(
  root: string,
  spec: string,
  layouts: readonly Layout[],
  damaged: ReadonlySet<string>,
): GlibcMatrixError {
  const first = layouts[0] as Layout
  const others = layouts.length > 1 ? ', nor the like of another machine' : ''
  const places = libraryDirectories(first).join(', ')
  return invalid(root, spec, `no ${first.loader} and libc.so.6 of ${first.machine} in ${places}${others}`, damaged)
}

function invalid(root: string, spec: string, found: string, damaged: ReadonlySet<string>): GlibcMatrixError {
  const all = [found, ...damaged].join('; ')
  return new GlibcMatrixError(
    'SYSROOT_INVALID',
    `${root} (sysroot '${spec}') holds no whole glibc: ${all}`,
    'Name an extracted root, or a prefix as `make install` of glibc leaves it, with ld.so and libc.so.6 of one build.',
    { spec, root, damaged: [...damaged] },
  )
}
