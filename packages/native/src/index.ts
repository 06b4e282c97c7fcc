import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Absolute path of the prebuilt shim for this machine, or the one of that `uname -m`; null when the package has none for it. */
export function shimPath(machine?: string): string | null {
  return prebuilt('shim.so', machine === undefined ? process.arch : (architectures[machine] ?? machine))
}

/** Absolute path of the prebuilt accountant, which counts the execs of a tree; null when there is none for this machine. */
export function accountantPath(): string | null {
  return prebuilt('accountant')
}

/** Absolute path of the prebuilt namespace helper, or null when the package has none for this machine. */
export function namespacePath(): string | null {
  return prebuilt('namespace')
}

/** Absolute path of the prebuilt helper that starts emulators, or null when the package has none for this machine. */
export function emulatePath(): string | null {
  return prebuilt('emulate')
}

/** Node's names, where they are others. */
const architectures: Readonly<Record<string, string>> = { x86_64: 'x64', aarch64: 'arm64', i386: 'ia32' }

function prebuilt(file: string, arch: string = process.arch): string | null {
  const path = join(__dirname, '..', 'prebuilt', `linux-${arch}`, file)
  return existsSync(path) ? path : null
}
