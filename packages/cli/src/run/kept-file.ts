import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A file that takes what a command writes; no pipe, which a process that outlives the command would hold open. */
export interface KeptFile {
  readonly fd: number
  read(): string
  remove(): void
}

/** Makes one in a directory of its own, which `remove` deletes. */
export function keptFile(): KeptFile {
  const directory = mkdtempSync(join(tmpdir(), 'glibc-matrix-kept-'))
  const path = join(directory, 'stderr')
  // Appended to, as processes that share it would write over each other.
  const fd = openSync(path, 'a', 0o600)
  return {
    fd,
    read: () => readFileSync(path, 'utf8'),
    remove() {
      closeSync(fd)
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
