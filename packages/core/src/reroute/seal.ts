import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { shimPath } from '@glibc-matrix/native'
import { isGlibcFamily } from '../elf/glibc-family.js'
import { GlibcMatrixError } from '../errors.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { type SealedLoader, sealLoader } from './sealed-loader.js'
import { configureShim, libcPatches, type ShimScope } from './shim-config.js'

/** A sysroot made ready to start programs: a private loader, a directory of its libraries, a shim that reports. Plain data. */
export interface Seal {
  /** The private copy of ld.so. */
  readonly loader: string
  /** The same of the host, for tools that the column's programs and tests start. */
  readonly hostLoader: string
  /** Options that this loader needs before the program; none for a distribution's. */
  readonly libraryPath: readonly string[]
  /** Where its libraries are linked, and where libraries lent by the host are put; null for the host itself. */
  readonly libraries: string | null
  /** File names of the sysroot's own libraries, before the host lent any. */
  readonly provides: readonly string[]
  /** Those of them that are glibc's own. */
  readonly family: readonly string[]
}

/**
 * Where a seal is written: a short path owned by the user alone (ld.so's built-in strings set the lengths: 18 bytes for
 * the preload list, 15 for the locales); `letter` is unique in it.
 */
export interface SealPlace {
  readonly directory: string
  readonly letter: string
  readonly journals: string
  readonly host: Sysroot
  readonly scope: ShimScope
  readonly accountant: string
  readonly startPage: bigint
}

/**
 * Writes a column's seal. `link` puts the sysroot's files and directories there.
 *
 * @throws GlibcMatrixError SEAL_FAILED when ld.so has no built-in preload list, or this machine has no prebuilt shim.
 */
export function sealSysroot(sysroot: Sysroot, place: SealPlace, link: Link = symlinkSync): Seal {
  const { directory, letter, journals, host, scope, accountant, startPage } = place
  const at = (name: string) => join(directory, `${letter}${name}`)
  const foreign = sysroot.path !== '/'
  const libraries = foreign ? at('l') : null
  const provides = libraries === null ? [] : linkLibraries(sysroot, libraries, link)

  const links = { gconv: at('g'), locales: at('L') }
  if (foreign && sysroot.gconv !== null) link(sysroot.gconv, links.gconv)
  if (foreign && sysroot.locales !== null) link(sysroot.locales, links.locales)

  const preloadList = at('p')
  const columnLoader = at('d')
  const hostLoader = foreign ? at('h') : columnLoader
  const sealed = writeLoader(sysroot, columnLoader, preloadList, libraries)
  if (foreign) writeLoader(host, hostLoader, preloadList, null)
  const libraryPath = sealed.directoriesSealed || libraries === null ? [] : [libraries]

  // AddressSanitizer refuses to start unless its own libasan.so comes first among the libraries, which it tells by the name.
  const shim = at('libasan.so')
  const patches = foreign ? libcPatches(readFileSync(sysroot.libc.path), sysroot, links) : []
  const libcBuildId = sysroot.libc.buildId ?? ''
  const loaders = { columnLoader, columnLibraryPath: libraryPath.join(':'), hostLoader }
  writeFileSync(
    shim,
    configureShim(readShim(), { journals, libcBuildId, patches, scope, accountant, startPage, ...loaders }),
  )
  writeFileSync(preloadList, `${shim}\n`)
  const family = provides.filter(isGlibcFamily)
  return { loader: columnLoader, hostLoader, libraries, provides, family, libraryPath }
}

function writeLoader(sysroot: Sysroot, path: string, preloadList: string, libraries: string | null): SealedLoader {
  const triplet = `${sysroot.machine}-linux-gnu`
  const sealed = sealLoader(readFileSync(sysroot.loader), { preloadList, libraries, triplet })
  if (sealed === null) throw unsealable(sysroot, preloadList)
  writeFileSync(path, sealed.bytes)
  chmodSync(path, 0o755)
  return sealed
}

type Link = (target: string, path: string) => void

/** One directory for all of the sysroot's libraries, since ld.so's table may have room for a single one. */
function linkLibraries(sysroot: Sysroot, libraries: string, link: Link): string[] {
  mkdirSync(libraries)
  const linked = new Set<string>()
  for (const directory of sysroot.libraryPath) {
    for (const name of readdirSync(directory)) {
      if (linked.has(name) || !(name.includes('.so') || name === 'glibc-hwcaps')) continue
      linked.add(name)
      link(insideRoot(sysroot.path, join(directory, name)), join(libraries, name))
    }
  }
  return [...linked]
}

/** Follows absolute links inside the root, where the kernel would follow them out of it. */
function insideRoot(root: string, path: string): string {
  let inside = path
  for (let hops = 0; hops < 40; hops++) {
    if (!lstatSync(inside, { throwIfNoEntry: false })?.isSymbolicLink()) return inside
    const target = readlinkSync(inside)
    inside = target.startsWith('/') ? join(root, target) : join(dirname(inside), target)
  }
  return inside
}

function readShim(): Buffer {
  const path = shimPath()
  if (path !== null) return readFileSync(path)
  throw new GlibcMatrixError(
    'SEAL_FAILED',
    `@glibc-matrix/native has no shim for ${process.platform}-${process.arch}`,
    'In a checkout run `npm run build` (it needs a C compiler); from npm, reinstall @glibc-matrix/native.',
  )
}

function unsealable(sysroot: Sysroot, preloadList: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'SEAL_FAILED',
    `the loader of ${sysroot.spec} (${sysroot.loader}) has no built-in /etc/ld.so.preload that '${preloadList}' could replace`,
    'Without it no process can report what it mapped. Use a glibc loader of 2.17 or later, and a /tmp that is short and not noexec.',
  )
}
