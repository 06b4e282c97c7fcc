import type { Sysroot } from '../sysroot/sysroot.js'
import { findStrings, padDirectory } from './strings.js'

/** A string of libc.so.6, by its offset in the file, and the bytes that the shim puts over it in memory. */
export interface LibcPatch {
  readonly offset: number
  readonly bytes: Buffer
}

export interface ShimConfig {
  readonly journals: string
  readonly libcBuildId: string
  readonly patches: readonly LibcPatch[]
}

// The layout of `struct config` in packages/native/c/config.h.
const magic = Buffer.from('glibc-matrix/cfg', 'latin1')
const layout = { patchCount: 16, journals: 24, journalsSize: 192, buildId: 216, buildIdSize: 48, patches: 264 }
const patchLayout = { size: 64, length: 8, text: 12, textSize: 52, most: 8 }

/** The shim with a column's settings written into its data: no environment variable is needed, so none is seen. */
export function configureShim(shim: Buffer, config: ShimConfig): Buffer {
  const at = shim.indexOf(magic)
  if (at === -1 || shim.indexOf(magic, at + 1) !== -1)
    throw new RangeError('the shim has no single configuration block')
  const copy = Buffer.from(shim)
  writeText(copy, at + layout.journals, layout.journalsSize, config.journals)
  writeText(copy, at + layout.buildId, layout.buildIdSize, config.libcBuildId)
  const patches = config.patches.slice(0, patchLayout.most)
  copy.writeUInt32LE(patches.length, at + layout.patchCount)
  for (const [index, patch] of patches.entries()) {
    const entry = at + layout.patches + index * patchLayout.size
    copy.writeBigUInt64LE(BigInt(patch.offset), entry)
    copy.writeUInt32LE(patch.bytes.length, entry + patchLayout.length)
    patch.bytes.copy(copy, entry + patchLayout.text)
  }
  return copy
}

/**
 * libc.so.6 has the directories of gconv modules and locales built in (glibc iconv/gconv_conf.c, locale/findlocale.c,
 * locale/loadarchive.c). Without this an old libc looks at the host's, which belong to another glibc.
 */
export function libcPatches(libc: Buffer, sysroot: Sysroot, links: { gconv: string; locales: string }): LibcPatch[] {
  const builtIn = builtInDirectories(libc)
  const patches: LibcPatch[] = []
  if (builtIn.gconv !== null && sysroot.gconv !== null) {
    patches.push(...replace(libc, builtIn.gconv, links.gconv))
    // The cache holds the absolute directories of the machine it was made on; without it the modules' own lists are read.
    patches.push(...replace(libc, `${builtIn.gconv}/gconv-modules.cache`, '/dev/null/gconv-modules.cache'))
  }
  if (builtIn.locales !== null) {
    const padded = padDirectory(links.locales, builtIn.locales.length)
    if (padded !== null) patches.push(...replace(libc, builtIn.locales, padded))
    patches.push(...replace(libc, `${builtIn.locales}/locale-archive`, `${links.locales}/locale-archive`))
  }
  return patches.filter((patch) => patch.bytes.length <= patchLayout.textSize)
}

function builtInDirectories(libc: Buffer): { gconv: string | null; locales: string | null } {
  return {
    gconv: stringBefore(libc, '/gconv/gconv-modules.cache', '/gconv'),
    locales: stringBefore(libc, '/locale-archive', ''),
  }
}

/** The directory part of the one built-in string that ends in `ending`. */
function stringBefore(libc: Buffer, ending: string, keep: string): string | null {
  const at = libc.indexOf(`${ending}\0`, 0, 'latin1')
  if (at === -1) return null
  const start = libc.lastIndexOf(0, at) + 1
  return libc[start] === 0x2f ? libc.toString('latin1', start, at) + keep : null
}

/** Nothing where the new string doesn't fit: the host's directory stays, which the loader's own checks then refuse. */
function replace(libc: Buffer, old: string, fresh: string): LibcPatch[] {
  if (fresh.length > old.length) return []
  const bytes = Buffer.alloc(old.length)
  bytes.write(fresh, 'latin1')
  return findStrings(libc, old).map((offset) => ({ offset, bytes }))
}

function writeText(bytes: Buffer, at: number, size: number, text: string): void {
  if (Buffer.byteLength(text) >= size) throw new RangeError(`'${text}' is longer than the shim's ${size - 1} bytes`)
  bytes.fill(0, at, at + size)
  bytes.write(text, at)
}
