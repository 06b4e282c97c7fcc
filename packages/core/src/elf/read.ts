import type { ElfFile } from './elf-file.js'
import { withImage } from './image.js'

/**
 * Reads what a loader would read of `path`; never runs it, never reads the whole file. Synchronous, because spawnSync
 * can't wait. Throws ELF_NOT_READABLE, ELF_TRUNCATED or ELF_MALFORMED.
 */
export function readElf(path: string): ElfFile {
  return withImage(path, ({ file }) => file)
}
