import { readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { emulatePath, shimPath } from '@glibc-matrix/native'
import { isGlibcFamily } from '../elf/glibc-family.js'
import { GlibcMatrixError } from '../errors.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { listName, placeMusl, withoutOthersNames } from './musl-loader.js'
import { writeReadable } from './readable.js'
import { type Link, linkLibraries } from './seal-libraries.js'
import { isSealable, type SealedLoader, sealLoader } from './sealed-loader.js'
import { configureShim, libcPatches, machineOf, type ShimConfig, type ShimScope } from './shim-config.js'

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
  /** What executes the loader where it is of another machine. */
  readonly emulator?: string | null
  /** What starts programs of another machine so that the kernel counts; null where they start themselves, or nobody counts. */
  readonly helper?: string | null
  /** Why no process of it can report what it mapped; null when all can. */
  readonly silent?: string | null
  /** The shim, where the loader is musl's: it reads no list of objects to preload, and is told by an option. */
  readonly preload?: string | null
}

/**
 * Where a seal is written: a short path owned by the user alone (ld.so's built-in strings set the lengths: 18 bytes for
 * the preload list, 15 for the locales); `letter` is unique in it.
 */
export interface SealPlace {
  readonly directory: string
  readonly letter: string
  /** Where the files are made that belong into `directory`, for whom it is not to be seen half made; left out: there. */
  readonly workshop?: string
  readonly journals: string
  readonly host: Sysroot
  readonly scope: ShimScope
  readonly accountant: string
  readonly startPage: bigint
  /** What runs the sysroot's programs, if the kernel doesn't. */
  readonly emulator?: string | null
}

/**
 * Sees what would keep a column from being sealed, long before it is.
 *
 * @throws GlibcMatrixError SEAL_FAILED, as `sealSysroot`.
 */
export function checkSealable(sysroot: Sysroot, place: Pick<SealPlace, 'directory' | 'letter' | 'host'>): void {
  const { directory, letter, host } = place
  const preloadList = join(directory, `${letter}p`)
  const loader = readFileSync(sysroot.loader)
  if (!isSealable(loader, preloadList) && !(sysroot.musl && listName(loader) !== null))
    throw unsealable(sysroot, preloadList)
  const needed = [host.machine, ...(sysroot.musl ? [sysroot.machine] : [])]
  for (const machine of needed) if (shimPath(machine) === null) throw noShim(machine)
}

/**
 * Writes a column's seal. `link` puts the sysroot's files and directories there.
 *
 * @throws GlibcMatrixError SEAL_FAILED when ld.so has no built-in preload list, or this machine has no prebuilt shim.
 */
export function sealSysroot(sysroot: Sysroot, place: SealPlace, link: Link = symlinkSync): Seal {
  const { directory, letter, workshop = directory, journals, host, scope, accountant, startPage } = place
  const { emulator = null } = place
  const at = (name: string) => join(directory, `${letter}${name}`)
  const make = (name: string) => join(workshop, `${letter}${name}`)
  const foreign = sysroot.path !== '/'
  const libraries = foreign ? at('l') : null
  const provides = foreign ? linkLibraries(sysroot, make('l'), link) : []

  const links = { gconv: at('g'), locales: at('L') }
  if (foreign && sysroot.gconv !== null) link(sysroot.gconv, make('g'))
  if (foreign && sysroot.locales !== null) link(sysroot.locales, make('L'))

  const preloadList = at('p')
  const ownName = sysroot.musl && libraries !== null ? placeMusl(sysroot.loader, make('m'), libraries, link) : null
  const musl = ownName === null ? null : join(at('m'), ownName)
  const columnLoader = musl ?? at('d')
  const hostLoader = foreign ? at('h') : columnLoader
  const sealed = musl !== null ? { directoriesSealed: true } : writeLoader(sysroot, make('d'), preloadList, libraries)
  const libraryPath = sealed.directoriesSealed || libraries === null ? [] : [libraries]
  const isOtherMachine = sysroot.machine !== host.machine
  const isApart = isOtherMachine || musl !== null
  if (foreign) writeLoader(host, make('h'), isApart ? at('q') : preloadList, null)

  const patches = foreign ? libcPatches(readFileSync(sysroot.libc.path), sysroot, links) : []
  // AddressSanitizer refuses to start unless its own libasan.so comes first among the libraries, which it tells by the name.
  const shim = at('libasan.so')
  const config: ShimConfig = {
    journals,
    libcBuildId: sysroot.libc.buildId ?? '',
    patches,
    scope,
    accountant,
    startPage,
    columnLoader,
    columnIsMusl: musl !== null,
    columnLibraryPath: musl !== null ? shim : libraryPath.join(':'),
    hostLoader,
    columnMachine: machineOf(readFileSync(sysroot.loader)),
    hostMachine: machineOf(readFileSync(host.loader)),
    emulator,
  }
  const hostShim = readShim(host.machine)
  if (hostShim === null) throw noShim(host.machine)
  const itsShim = isOtherMachine ? readShim(sysroot.machine) : hostShim
  if (itsShim === null && musl !== null) throw noShim(sysroot.machine)
  const columnShim = itsShim && musl !== null ? forMusl(itsShim, sysroot) : itsShim
  if (isApart) {
    writeReadable(make('q'), `${at('h-libasan.so')}\n`)
    writeReadable(make('h-libasan.so'), configureShim(hostShim, config))
  }
  // An emulated address is not the kernel's, and a 32-bit process has none so high.
  const own = isOtherMachine ? { ...config, startPage: 0n } : config
  writeReadable(make('p'), columnShim === null ? '' : `${shim}\n`)
  if (columnShim !== null) writeReadable(make('libasan.so'), configureShim(columnShim, own))
  const helper = isOtherMachine && accountant !== '' && writeHelper(make('e'), config) ? at('e') : null
  const family = provides.filter(isGlibcFamily)
  const silent = columnShim === null ? `@glibc-matrix/native has no shim for ${sysroot.machine}` : null
  const preload = musl === null ? null : shim
  const starters = { loader: columnLoader, hostLoader, emulator, helper, preload }
  return { ...starters, libraries, provides, family, libraryPath, silent }
}

/** False when the package has none. */
function writeHelper(path: string, config: ShimConfig): boolean {
  const prebuilt = emulatePath()
  if (prebuilt === null) return false
  writeReadable(path, configureShim(readFileSync(prebuilt), config), 0o755)
  return true
}

function writeLoader(sysroot: Sysroot, path: string, preloadList: string, libraries: string | null): SealedLoader {
  const triplet = tripletOf(sysroot)
  const sealed = sealLoader(readFileSync(sysroot.loader), { preloadList, libraries, triplet })
  if (sealed === null) throw unsealable(sysroot, preloadList)
  writeReadable(path, sealed.bytes, 0o755)
  return sealed
}

/** Of a distribution with multiarch directories: i386's, armhf's and ppc64el's are not `uname -m` and the rest. */
function tripletOf({ libraryPath, machine }: Sysroot): string {
  const names = libraryPath.map((directory) => basename(directory))
  return names.find((name) => /-linux-gnu\w*$/.test(name)) ?? `${machine}-linux-gnu`
}

function readShim(machine: string): Buffer | null {
  const path = shimPath(machine)
  return path === null ? null : readFileSync(path)
}

function forMusl(shim: Buffer, { machine, libc }: Sysroot): Buffer {
  return withoutOthersNames(shim, shimPath(machine) ?? '', libc.path)
}

function noShim(machine: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'SEAL_FAILED',
    `@glibc-matrix/native has no shim for ${process.platform}-${machine}`,
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
