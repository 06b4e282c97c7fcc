import { GlibcMatrixError } from '../../../errors.js'
import { LAYOUTS, libraryDirectories } from '../../layouts.js'
import { compressionOf, decompress } from '../../unpack/compression.js'
import { fetchIndexFile, type IndexFile } from './index-file.js'
import type { Lookup } from './lookup.js'
import { isPackageName } from './package-names.js'
import type { Release } from './release.js'

/** Decompressed; sid's main is 160 MB. */
const MAX_CONTENTS = 2 * 2 ** 30

/** No line of a Contents index comes near this, in characters. */
const MAX_LINE = 1 << 20

/**
 * Which package of the suite has each library, where ld.so would find it; the suite's Contents index says so (Debian's
 * RepositoryFormat, "Contents" indices). A soname that no package has is left out.
 *
 * @throws GlibcMatrixError INDEX_MALFORMED when the suite has no such index.
 */
export async function packagesWith(
  release: Release,
  sonames: readonly string[],
  lookup: Lookup,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const file of await contentsFiles(release, lookup)) {
    const line = linePattern(sonames, lookup.arch)
    try {
      for await (const text of wholeLines(decompress(file.bytes, compressionOf(file.url), MAX_CONTENTS))) {
        for (const [, soname = '', owners = ''] of text.matchAll(line)) {
          const [owner] = owners.split(',').map((each) => each.replace(/^.*\//, ''))
          if (owner !== undefined && isPackageName(owner) && !found.has(soname)) found.set(soname, owner)
        }
      }
    } catch (cause) {
      throw malformed(`${file.url} is no index of contents: ${(cause as Error).message}`, file.url, cause)
    }
  }
  return found
}

/** Debian has one for each component, Ubuntu one for all. */
async function contentsFiles(release: Release, lookup: Lookup): Promise<readonly IndexFile[]> {
  const { arch, archive } = lookup
  const bases = [...archive.distribution.components.map((component) => `${component}/`), '']
  const files: IndexFile[] = []
  for (const base of bases) {
    const names = ['xz', 'gz', 'zst'].map((ending) => `${base}Contents-${arch}.${ending}`)
    const file = await fetchIndexFile(release, names, lookup)
    if (file !== null) files.push(file)
  }
  if (files.length > 0) return files
  throw malformed(`${release.url} lists no Contents index of ${arch}`, release.url)
}

/** `PATH  SECTION/PACKAGE[,SECTION/PACKAGE…]`, of the directories that ld.so searches. */
function linePattern(sonames: readonly string[], arch: string): RegExp {
  const layout = LAYOUTS.find((row) => row.debian === arch) as (typeof LAYOUTS)[number]
  const directories = libraryDirectories(layout).filter((directory) => directory !== '.')
  const any = (names: readonly string[]) => `(?:${names.map(escaped).join('|')})`
  return new RegExp(`^(?:\\./)?${any(directories)}/(${any(sonames)})[ \\t]+(\\S+)$`, 'gm')
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

async function* wholeLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of chunks) {
    const text = rest + decoder.decode(chunk, { stream: true })
    const end = text.lastIndexOf('\n') + 1
    rest = text.slice(end)
    if (rest.length > MAX_LINE) throw new Error(`it has a line of more than ${MAX_LINE} characters`)
    yield text.slice(0, end)
  }
  yield rest
}

function malformed(found: string, url: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'INDEX_MALFORMED',
    found,
    "Use a mirror that carries the Contents indices, or name the packages yourself: 'packages' in the config, or --package.",
    { url },
    cause,
  )
}
