import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { PackManifest } from '../../../../packages/core/src/sysroot/pack/manifest.js'
import { archiveOfPackage } from '../../../../packages/core/src/sysroot/pack/npm-package.js'
import { unpackSysroot } from '../../../../packages/core/src/sysroot/pack/unpack-sysroot.js'
import { unpackDeb } from '../../../../packages/core/src/sysroot/providers/debian/unpack.js'
import { installImage } from '../../../../packages/core/src/sysroot/providers/oci/install.js'
import { openLayout } from '../../../../packages/core/src/sysroot/providers/oci/layout-directory.js'
import type { Compression } from '../../../../packages/core/src/sysroot/unpack/compression.js'
import { rejection } from '../../failure.js'
import { frame } from '../debian/fake-archive.js'
import { context } from '../debian/machine.js'
import * as made from '../oci/image.js'
import { pax, type RawEntry, rawEntry, rawTar } from './raw-tar.js'
import { stored } from './stored.js'

/** By what a format may hold at all: an image has devices and says a name twice, a package has neither. */
export type Family = 'deb' | 'archive' | 'npm' | 'image'

/** A way from a file to a sysroot's root. */
export interface Format {
  readonly name: string
  readonly family: Family
  readonly compression: Compression
  /** The tar of entries that lie where a sysroot's own do. */
  readonly tarOf: (entries: readonly RawEntry[]) => Buffer
  /** Writes what is in the compressed tars, one laid over the other, below `root`; `beside` is for the test's own files. */
  readonly unpack: (packed: readonly Uint8Array[], root: string, beside: string) => Promise<void>
}

const debs = (['none', 'gz', 'xz', 'zst'] as const).map((compression): Format => {
  const member = compression === 'none' ? 'data.tar' : `data.tar.${compression}`
  return {
    name: `.deb of ${member}`,
    family: 'deb',
    compression,
    tarOf: rawTar,
    unpack: async (packed, root) => {
      for (const data of packed) await unpackDeb(debOf(member, data), 'the package', root)
    },
  }
})

export function debOf(member: string, data: Uint8Array): Buffer {
  const parts = [
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar', Buffer.alloc(1024)],
    [member, data],
  ] as const
  return frame(parts)
}

const MANIFEST = 'glibc-matrix-sysroot.json'

/** A manifest that any files fail, but by its digest. */
export function manifestEntry(digest: string): RawEntry {
  const manifest: PackManifest = { format: 1, name: 'x', spec: 'x', glibc: '2', machine: 'x', digest, packages: [] }
  return { name: MANIFEST, body: JSON.stringify(manifest) }
}

/** Every name and every target of a hard link below root/, wherever the attacker wrote it. */
export function belowRoot(entry: RawEntry): RawEntry {
  if (entry.type === 'x') return { ...entry, ...pax(Object.fromEntries(fieldsOf(entry))) }
  if (entry.type === 'L') return { ...entry, body: underRoot(String(entry.body)) }
  const target = entry.type === '1' ? underRoot(String(entry.target)) : entry.target
  return { ...entry, name: underRoot(entry.name), ...(target === undefined ? {} : { target }) }
}

/** An absolute name stays one. */
function underRoot(name: string): string {
  return name.startsWith('/') ? name : `root/${name}`
}

function fieldsOf(entry: RawEntry): readonly (readonly [string, string])[] {
  const fields = String(entry.body).matchAll(/^\d+ ([^=]+)=([^\n]*)\n/gm)
  return [...fields].map(([, key = '', value = '']) => [key, key === 'path' ? underRoot(value) : value])
}

const archive: Format = {
  name: 'archive of pack',
  family: 'archive',
  compression: 'gz',
  tarOf: (entries) => Buffer.concat([rawEntry(manifestEntry('')), rawTar(entries.map(belowRoot))]),
  unpack: async ([packed], root) => {
    // An attacker gives the digest of what is written: it is no defence here, and all is written when it is compared.
    const error = await rejection(unpackSysroot(packed as Uint8Array, 'the archive', root))
    if (error.code !== 'CHECKSUM_MISMATCH') throw error
  },
}

/** What lies around the one file that is taken out of it. */
const npm: Format = {
  name: 'package of npm',
  family: 'npm',
  compression: 'gz',
  tarOf: (entries) => {
    const inner = gzipSync(Buffer.concat([rawEntry(manifestEntry('')), rawTar([])]))
    return rawTar([...entries, { name: 'package/sysroot.tar.gz', body: inner }])
  },
  unpack: async ([packed], root) => {
    const inner = await archiveOfPackage(packed as Uint8Array, 'the package')
    const error = await rejection(unpackSysroot(inner, 'the package', root))
    if (error.code !== 'CHECKSUM_MISMATCH') throw error
  },
}

const images = (['none', 'gz', 'zst'] as const).map((compression): Format => {
  const ending = { none: '', gz: '+gzip', zst: '+zstd' }[compression]
  return {
    name: `image with layers of tar${ending}`,
    family: 'image',
    compression,
    tarOf: rawTar,
    unpack: async (packed, root, beside) => {
      const layers = packed.map((bytes) => ({
        tar: unpacked.get(bytes) ?? Buffer.alloc(0),
        packed: Buffer.from(bytes),
        mediaType: `${made.LAYER}${ending}`,
      }))
      const layout = join(beside, 'layout')
      mkdirSync(layout)
      made.writeLayout(layout, { it: made.imageOf(layers) })
      await installImage(openLayout(layout, null), made.arch, root, context('/'))
    },
  }
})

/** A config names the digest of each layer's tar: an attacker's names the right one. */
const unpacked = new WeakMap<Uint8Array, Buffer>()

/** A tar as the format holds it. */
export function packedBy(format: Format, tar: Buffer): Buffer {
  return declared(stored(tar, format.compression), tar)
}

/** Bytes of an attacker, who says which tar they are. */
export function declared(bytes: Uint8Array, tar: Buffer): Buffer {
  const packed = Buffer.from(bytes)
  unpacked.set(packed, tar)
  return packed
}

export const formats: readonly Format[] = [...debs, archive, npm, ...images]
