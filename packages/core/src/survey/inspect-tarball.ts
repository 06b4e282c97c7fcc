import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { type Inspection, inspect } from '../elf/inspect.js'
import { GlibcMatrixError } from '../errors.js'
import { compressionOf, decompress } from '../sysroot/unpack/compression.js'
import { entriesOf } from '../sysroot/unpack/tar-entries.js'

/** What a tarball may unpack to, in bytes. */
const MAX_UNPACKED = 8 * 2 ** 30

/** Whether a path is called like a tarball; its content is not looked at. */
export function isTarball(path: string): boolean {
  return /\.(tgz|txz|tar(\.(gz|xz|zst))?)$/.test(path)
}

/**
 * Inspects the ELF files of a tarball, as `npm pack` writes it; nothing of it but these is written, each to the same
 * temporary file. They are called `TARBALL!NAME`.
 *
 * @throws GlibcMatrixError ELF_NOT_READABLE, ARCHIVE_MALFORMED.
 */
export async function inspectTarball(path: string): Promise<Inspection[]> {
  const bytes = read(path)
  const directory = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-tarball-' })
  const member = join(directory.name, 'member')
  const found: Inspection[] = []
  try {
    for await (const entry of entriesOf(decompress(bytes, compression(path), MAX_UNPACKED), () => false)) {
      if (entry.type !== 'file' || !isElf(entry.bytes)) continue
      writeFileSync(member, entry.bytes)
      const inspection = { ...inspect(member), path: `${path}!${entry.name}` }
      if ('error' in inspection || inspection.kind !== 'object') found.push(inspection)
    }
  } catch (cause) {
    throw malformed(path, cause)
  } finally {
    directory.removeCallback()
  }
  return found
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new GlibcMatrixError(
      'ELF_NOT_READABLE',
      `cannot read ${path}: ${(cause as Error).message}`,
      'Name a tarball that this user may read.',
      { path, errno: (cause as NodeJS.ErrnoException).code ?? null },
      cause,
    )
  }
}

function compression(path: string): ReturnType<typeof compressionOf> {
  if (path.endsWith('.tgz')) return 'gz'
  return path.endsWith('.txz') ? 'xz' : compressionOf(path)
}

function isElf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 4)).toString('latin1') === '\x7fELF'
}

function malformed(path: string, cause: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'ARCHIVE_MALFORMED',
    `cannot read the tarball ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    'Make it again (`npm pack`), or name its files.',
    { path },
    cause,
  )
}
