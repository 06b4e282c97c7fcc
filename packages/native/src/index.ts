import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Absolute path of the prebuilt shim for this machine, or null when the package has none for it. */
export function shimPath(): string | null {
  const path = join(__dirname, '..', 'prebuilt', `linux-${process.arch}`, 'shim.so')
  return existsSync(path) ? path : null
}
