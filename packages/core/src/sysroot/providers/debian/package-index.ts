import { GlibcMatrixError, isGlibcMatrixError } from '../../../errors.js'
import { compressionOf, decompress } from '../../unpack/compression.js'
import { fetchIndexFile, type IndexFile } from './index-file.js'
import type { Lookup } from './lookup.js'
import { isPackageName, isPackagePath } from './package-names.js'
import type { Release } from './release.js'
import { compareVersions } from './version-order.js'

/** A package as the archive's index describes it. */
export interface PackageEntry {
  readonly name: string
  readonly version: string
  readonly url: string
  urls(): readonly string[]
  /** Below the mirror. */
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** Names of what it depends on; of alternatives all of them, in their order. */
  readonly depends: readonly (readonly string[])[]
  /** Whether it holds libraries, by what the archive says of it. */
  readonly isLibrary: boolean
}

/** Decompressed; sid's is 65 MB. */
const MAX_INDEX = 1 << 30

/** The longest of sid has some 100,000 characters. */
const MAX_STANZA = 4 << 20

/** What is held in memory at most of one package, in bytes: Debian's largest is of 1.5 GB. */
const MAX_PACKAGE = 2 ** 31

/** Whether the suite has packages of that component and architecture at all. */
export function hasPackageIndex(release: Release, component: string, arch: string): boolean {
  return indexNames.some((name) => release.files.has(`${component}/binary-${arch}/${name}`))
}

const indexNames = ['Packages.xz', 'Packages.gz', 'Packages']

/** Finds `names` (null: all) in a component's index, the highest version of each; a name that the suite lacks is left out. */
export async function readPackageIndex(
  release: Release,
  component: string,
  names: readonly string[] | null,
  lookup: Lookup,
): Promise<ReadonlyMap<string, PackageEntry>> {
  const { bytes, url } = await fetchIndex(release, component, lookup)
  const found = new Map<string, PackageEntry>()
  try {
    for await (const stanza of stanzasOf(decompress(bytes, compressionOf(url), MAX_INDEX))) {
      const wanted = /^Package:[ \t]*(\S+)/.exec(stanza)?.[1]
      if (wanted === undefined || !isPackageName(wanted) || names?.includes(wanted) === false) continue
      const entry = entryOf(stanza, wanted, release, url)
      const known = found.get(wanted)
      if (known === undefined || compareVersions(entry.version, known.version) > 0) found.set(wanted, entry)
    }
  } catch (cause) {
    if (isGlibcMatrixError(cause)) throw cause
    throw malformed(url, (cause as Error).message, cause)
  }
  return found
}

async function fetchIndex(release: Release, component: string, lookup: Lookup): Promise<IndexFile> {
  const directory = `${component}/binary-${lookup.arch}`
  const paths = indexNames.map((name) => `${directory}/${name}`)
  const file = await fetchIndexFile(release, paths, lookup)
  if (file !== null) return file
  throw new GlibcMatrixError(
    'SUITE_UNKNOWN',
    `Suite '${release.suite}' has no packages of ${lookup.arch}: ${release.url} lists no ${directory}/Packages`,
    'Name an architecture that this suite carries: SUITE/ARCH. Some mirrors hold a few architectures alone.',
    { url: release.url, arch: lookup.arch },
  )
}

async function* stanzasOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const stanzas = (rest + decoder.decode(chunk, { stream: true })).split('\n\n')
    rest = stanzas.pop() as string
    if (rest.length > MAX_STANZA) throw new Error(`it has a stanza of more than ${MAX_STANZA} characters`)
    yield* stanzas
  }
  yield rest
}

function entryOf(stanza: string, name: string, release: Release, url: string): PackageEntry {
  const field = (key: string) => new RegExp(`^${key}:[ \\t]*(\\S+)[ \\t]*$`, 'm').exec(stanza)?.[1] ?? ''
  const [version, filename, size, sha256] = ['Version', 'Filename', 'Size', 'SHA256'].map(field) as [
    string,
    string,
    string,
    string,
  ]
  const hasSize = /^\d{1,12}$/.test(size) && Number(size) <= MAX_PACKAGE
  if (version === '' || !isPackagePath(filename) || !hasSize || !/^[0-9a-f]{64}$/.test(sha256)) {
    throw malformed(url, `its stanza of ${name} lacks a sound Version, Filename, Size or SHA256`)
  }
  const depends = dependencies(stanza)
  const isLibrary = /^Section:[ \t]*(?:\S+\/)?(?:old)?libs[ \t]*$/m.test(stanza)
  const place = `${release.mirror}/${filename}`
  return {
    name,
    version,
    url: place,
    urls: () => [place],
    path: filename,
    size: Number(size),
    sha256,
    depends,
    isLibrary,
  }
}

/** `a (>= 1), b:any | c` (deb-control(5)); versions and architectures don't matter within one suite. */
function dependencies(stanza: string): readonly (readonly string[])[] {
  const fields = [...stanza.matchAll(/^(?:Pre-)?Depends:[ \t]*(.+)$/gm)].map(([, value = '']) => value)
  return fields
    .flatMap((value) => value.split(','))
    .map((clause) => clause.split('|').flatMap((each) => /[a-z0-9][a-z0-9+.-]+/.exec(each)?.[0] ?? []))
    .filter((names) => names.length > 0)
}

function malformed(url: string, found: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'INDEX_MALFORMED',
    `${url} is no index of packages: ${found}`,
    `Set 'mirrors' or GLIBC_MATRIX_MIRROR to another mirror.`,
    { url },
    cause,
  )
}
