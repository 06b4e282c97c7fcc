import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'

/** Writes what every user may read and nobody else write, whatever the umask: it may be 0, as in some containers. */
export function writeReadable(path: string, content: string | Buffer, mode = 0o644): void {
  writeFileSync(path, content, { mode, flag: 'wx' })
  chmodSync(path, mode)
}

export function makeReadable(directory: string): void {
  mkdirSync(directory, { mode: 0o755 })
  chmodSync(directory, 0o755)
}
