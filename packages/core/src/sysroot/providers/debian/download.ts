import type { InstallContext } from '../provider.js'
import { checkSum } from './checksum.js'
import { fetchBytes } from './fetch.js'
import type { PackageEntry } from './package-index.js'

/** Gets one .deb and checks it; progress counts the bytes of all that were chosen. */
export async function downloadPackage(
  chosen: PackageEntry,
  all: readonly PackageEntry[],
  sysroot: string,
  context: InstallContext,
): Promise<Uint8Array> {
  const total = sizeOf(all)
  const before = sizeOf(all.slice(0, all.indexOf(chosen)))
  const onBytes = (done: number) => context.onProgress({ sysroot, stage: 'download', done: before + done, total })
  const bytes = await fetchBytes(chosen.url, { maxBytes: chosen.size, onBytes, machineRoot: context.machineRoot })
  checkSum(bytes, chosen, chosen.url)
  return bytes
}

function sizeOf(packages: readonly PackageEntry[]): number {
  return packages.reduce((sum, each) => sum + each.size, 0)
}
