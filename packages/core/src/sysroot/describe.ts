import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { isMuslSpec } from '../config/suite-spec.js'
import { GlibcMatrixError } from '../errors.js'
import { findGlibc, type Glibc } from './find-glibc.js'
import { findMusl, type Musl } from './find-musl.js'
import { identityOf } from './identity.js'
import { resolveInside } from './inside.js'
import { LOADER_OPTIONS } from './layouts.js'
import { bannerVersion, highestDefined, minor } from './libc-version.js'
import type { InstalledPackage, Sysroot } from './sysroot.js'
import { filesDigest } from './tree-digest.js'

export interface RootRequest {
  /** null: named after the glibc that is found. */
  readonly name: string | null
  readonly spec: string
  readonly root: string
  /** Debian's architecture to look for; null: the machine's own first, then any. */
  readonly arch?: string | null
  /** Of the whole tree, when it is known; else of loader and libc. */
  readonly digest?: string
  readonly packages?: readonly InstalledPackage[]
}

/** Describes the libc of a root by its files alone; nothing is run. Throws SYSROOT_NOT_FOUND or SYSROOT_INVALID. */
export function describeRoot(request: RootRequest): Sysroot {
  const path = realRoot(request)
  if (isMuslSpec(request.spec)) return describeMusl(path, findMusl(path, request.arch ?? null), request)
  try {
    return describeGlibc(path, request)
  } catch (error) {
    // A root without a whole glibc may be one of musl's, as a directory or an image of Alpine is.
    const musl = path === '/' ? null : findMusl(path, request.arch ?? null)
    if (musl === null) throw error
    return describeMusl(path, musl, request)
  }
}

function describeGlibc(path: string, request: RootRequest): Sysroot {
  const found = findGlibc(path, request.arch ?? null, request.spec)
  const glibc = versionOf(found, request.spec)
  return {
    name: request.name ?? glibc,
    spec: request.spec,
    path,
    glibc,
    machine: found.layout.machine,
    loader: found.loader,
    libc: identityOf(found.libc.path, found.libc.buildId),
    libraryPath: found.directories,
    gconv: firstInside(
      path,
      found.directories.map((directory) => `${directory.slice(path.length)}/gconv`),
    ),
    locales: firstInside(path, ['usr/lib/locale', 'lib/locale']),
    loaderOptions: loaderOptions(found.loader),
    digest: request.digest ?? filesDigest([found.loader, found.libc.path]),
    packages: request.packages ?? [],
  }
}

function describeMusl(path: string, found: Musl | null, request: RootRequest): Sysroot {
  if (found === null || path === '/') throw noMusl(path, request.spec)
  const { libc, version, layout, directories } = found
  const glibc = `musl-${version}`
  return {
    name: request.name ?? glibc,
    spec: request.spec,
    // Of a loader that lies among another libc's libraries nothing else is the sysroot's.
    path: directories.length === 0 || statSync(path).isDirectory() ? path : dirname(path),
    glibc,
    musl: true,
    machine: layout.machine,
    loader: libc.path,
    libc: identityOf(libc.path, libc.buildId),
    libraryPath: directories,
    gconv: null,
    locales: null,
    loaderOptions: loaderOptions(libc.path, (option) => option.slice('--'.length)),
    digest: request.digest ?? filesDigest([libc.path]),
    packages: request.packages ?? [],
  }
}

function noMusl(path: string, spec: string): GlibcMatrixError {
  const found =
    path === '/' ? "this machine's own root can't be one" : `there is no musl of this machine in lib, usr/lib or beside`
  return new GlibcMatrixError(
    'SYSROOT_INVALID',
    `${path} (sysroot '${spec}') is no sysroot of musl: ${found}`,
    'Name an extracted root, a prefix as `make install` of musl leaves it, or its loader: musl:/usr/lib/musl/lib/libc.so.',
    { spec, root: path },
  )
}

function realRoot({ root, spec }: RootRequest): string {
  try {
    return realpathSync(root)
  } catch (cause) {
    throw new GlibcMatrixError(
      'SYSROOT_NOT_FOUND',
      `The directory ${root} of sysroot '${spec}' can't be opened: ${(cause as NodeJS.ErrnoException).code}`,
      'Name a directory that holds a glibc: an extracted root, or a prefix as `make install` leaves it.',
      { spec, root },
      cause,
    )
  }
}

/** ld.so and libc.so.6 are one build: a foreign pair crashes before main. */
function versionOf({ loader, libc }: Glibc, spec: string): string {
  const version = bannerVersion(libc.path) ?? highestDefined(libc.defines)
  if (version === null)
    throw invalid(spec, `${libc.path} tells no glibc version: neither a banner nor a GLIBC_ version`)
  const byName = /\/ld-(\d+\.\d+)\.so$/.exec(loader)?.[1]
  const loaderVersion = bannerVersion(loader) ?? byName ?? null
  const tooOld = loaderVersion === null && minor(version) >= 33
  if (tooOld || (loaderVersion !== null && loaderVersion !== version)) {
    throw invalid(
      spec,
      `the loader ${loader} is of glibc ${loaderVersion ?? 'before 2.33'}, but ${libc.path} is ${version}`,
    )
  }
  return version
}

function firstInside(root: string, paths: readonly string[]): string | null {
  return paths.flatMap((path) => resolveInside(root, path) ?? [])[0] ?? null
}

/** `spell`: musl's loader compares what comes after the dashes. */
function loaderOptions(loader: string, spell = (option: string) => option): readonly string[] {
  const bytes = readFileSync(loader)
  return LOADER_OPTIONS.filter((option) => bytes.includes(`${spell(option)}\0`))
}

function invalid(spec: string, found: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'SYSROOT_INVALID',
    `Sysroot '${spec}' is no usable glibc: ${found}`,
    'Use a root whose ld.so and libc.so.6 come from one build.',
    { spec },
  )
}
