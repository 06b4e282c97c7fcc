import { refuseNewerFormat } from '../../newer-format.js'
import type { InstalledPackage } from '../sysroot.js'

/** What an archive tells of the sysroot in it; its first entry. */
export interface PackManifest {
  readonly format: 1
  /** What it was called and where it came from when it was packed. */
  readonly name: string
  readonly spec: string
  readonly glibc: string
  readonly machine: string
  /** Of all files below `root`, as the store counts it. */
  readonly digest: string
  readonly packages: readonly InstalledPackage[]
}

export const MANIFEST_NAME = 'glibc-matrix-sysroot.json'
const FORMAT = 1

/** Reads a manifest; throws what is wrong with it, and FORMAT_TOO_NEW for one that a newer glibc-matrix wrote. */
export function parseManifest(text: string, where: string): PackManifest {
  const manifest = JSON.parse(text) as Partial<PackManifest> | null
  refuseNewerFormat(where, manifest?.format, FORMAT)
  const { format, digest, packages } = manifest ?? {}
  if (format !== FORMAT || typeof digest !== 'string' || !Array.isArray(packages) || !packages.every(isPackage)) {
    throw new Error(`its ${MANIFEST_NAME} is damaged`)
  }
  return manifest as PackManifest
}

function isPackage(value: unknown): boolean {
  const { name, version, sha256 } = (value ?? {}) as Partial<InstalledPackage>
  return [name, version, sha256].every((text) => typeof text === 'string' && !/\p{Cc}/u.test(text))
}
