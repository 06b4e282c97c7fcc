import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { GlibcMatrixError } from '../../errors.js'
import { decompress } from '../unpack/compression.js'
import type { TarEntry } from '../unpack/place-entry.js'
import { entriesOf } from '../unpack/tar-entries.js'
import { ARCHIVE_IN_PACKAGE } from './archive-in-package.js'
import { type PackedSysroot, tarOf } from './pack-sysroot.js'

/** Far above any sysroot. */
const MAX_BYTES = 4 * 2 ** 30

/** What a package of npm is called. */
export interface PackageName {
  readonly name: string
  readonly version: string
}

/** A tarball as `npm publish FILE` takes it. */
export async function npmPackage(
  { bytes, manifest }: PackedSysroot,
  { name, version }: PackageName,
): Promise<Uint8Array> {
  const { glibc, machine, spec, digest, packages } = manifest
  const libc = glibc.startsWith('musl-') ? glibc : `glibc ${glibc}`
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const about = {
    name,
    version,
    description: `${libc} of ${machine} (${spec}) as a sysroot for glibc-matrix`,
    license: 'SEE LICENSE IN README.md',
    keywords: ['glibc', 'glibc-matrix', 'sysroot'],
    files: [ARCHIVE_IN_PACKAGE],
    glibcMatrix: { archive: ARCHIVE_IN_PACKAGE, sha256, digest },
  }
  const readme = [
    `# ${name}`,
    '',
    `${libc} of ${machine}, packed from \`${spec}\` by \`glibc-matrix pack\`. Use it as \`npm:${name}@${version}\`.`,
    '',
    'The licences are those of what is packed; copyright files are in the archive where the packages have them.',
    '',
    ...packages.map((each) => `- ${each.name} ${each.version}`),
    '',
  ].join('\n')
  const files = [
    fileEntry('package.json', Buffer.from(`${JSON.stringify(about, null, 2)}\n`)),
    fileEntry('README.md', Buffer.from(readme)),
    fileEntry(ARCHIVE_IN_PACKAGE, bytes),
  ]
  return gzipSync(await tarOf(files))
}

/** The sysroot's archive in a package's tarball; ARCHIVE_MALFORMED when there is none. */
export async function archiveOfPackage(tarball: Uint8Array, where: string): Promise<Uint8Array> {
  let found: Uint8Array | null = null
  let fault = `it holds no ${ARCHIVE_IN_PACKAGE}`
  try {
    for await (const entry of entriesOf(decompress(tarball, 'gz', MAX_BYTES), () => false)) {
      if (entry.name === `package/${ARCHIVE_IN_PACKAGE}` && entry.type === 'file') found = entry.bytes
    }
  } catch (error) {
    fault = (error as Error).message
    found = null
  }
  if (found !== null) return found
  throw new GlibcMatrixError(
    'ARCHIVE_MALFORMED',
    `The package of '${where}' is none of a sysroot: ${fault}`,
    'Name a package that `glibc-matrix pack --format npm` made.',
    { where },
  )
}

function fileEntry(name: string, bytes: Uint8Array): TarEntry {
  return { name: `package/${name}`, type: 'file', mode: 0o644, target: '', bytes }
}
