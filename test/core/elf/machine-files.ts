import { closeSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** Every ELF file below the directories that this user may read, found by its magic alone; links are not followed. */
export function elfFilesBelow(...directories: readonly string[]): readonly string[] {
  return directories
    .flatMap((directory) => readdirSync(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => firstBytes(path) === '\x7fELF')
}

function firstBytes(path: string): string {
  const buffer = Buffer.alloc(4)
  let fd: number
  try {
    fd = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EACCES') return ''
    throw error
  }
  try {
    readSync(fd, buffer, 0, 4, 0)
    return buffer.toString('latin1')
  } finally {
    closeSync(fd)
  }
}
