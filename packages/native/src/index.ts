import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Absolute path of the prebuilt shim for this machine, or null when the package has none for it. */
export function shimPath(): string | null {
  return prebuilt('shim.so')
}

/** Absolute path of the prebuilt accountant, which counts the execs of a tree; null when there is none for this machine. */
export function accountantPath(): string | null {
  return prebuilt('accountant')
}

/** Absolute path of the prebuilt namespace helper, or null when the package has none for this machine. */
export function namespacePath(): string | null {
  return prebuilt('namespace')
}

function prebuilt(file: string): string | null {
  const path = join(__dirname, '..', 'prebuilt', `linux-${process.arch}`, file)
  return existsSync(path) ? path : null
}
