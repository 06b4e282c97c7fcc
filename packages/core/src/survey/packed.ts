import { closeSync, constants, openSync, readSync } from 'node:fs'

/** How files begin that hold others, packed: file(1)'s magic numbers. */
const formats: readonly (readonly [name: string, magic: string])[] = [
  ['zip, as wheels and jars are', 'PK\x03\x04'],
  ['gzip', '\x1f\x8b'],
  ['xz', '\xfd7zXZ\0'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['bzip2', 'BZh'],
  ['7z', '7z\xbc\xaf\x27\x1c'],
  ['a package of Debian', '!<arch>\ndebian'],
  ['a package of RPM', '\xed\xab\xee\xdb'],
  ['squashfs', 'hsqs'],
]

/** The format of a packed file, in which there may be programs that nobody looks at; null for any other, and what can't be read. */
export function packedFormat(path: string): string | null {
  const start = beginningOf(path)
  // The ELF file at its start is what unpacks it (AppImage's specification, type 2).
  if (start.slice(8, 11) === 'AI\x02') return 'AppImage'
  return formats.find(([, magic]) => start.startsWith(magic))?.[0] ?? null
}

function beginningOf(path: string): string {
  const bytes = Buffer.alloc(16)
  try {
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    try {
      return bytes.toString('latin1', 0, readSync(fd, bytes, 0, bytes.length, 0))
    } finally {
      closeSync(fd)
    }
  } catch {
    return ''
  }
}
