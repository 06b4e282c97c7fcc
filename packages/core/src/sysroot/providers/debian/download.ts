import { type GlibcMatrixError, isGlibcMatrixError } from '../../../errors.js'
import type { InstallContext } from '../provider.js'
import { checkSum } from './checksum.js'
import { fetchBytes } from './fetch.js'

/** One .deb: what it must be, and where it may lie. */
export interface Downloadable {
  readonly name: string
  readonly version: string
  readonly sha256: string
  readonly size: number
  /** Asked for only when it is downloaded. */
  urls(): readonly string[]
  /** The error when no place has it. */
  gone?(cause: unknown): GlibcMatrixError
}

/** Gets one .deb from the first place that has it, and checks it; progress counts the bytes of all. */
export async function downloadPackage(
  chosen: Downloadable,
  all: readonly Downloadable[],
  sysroot: string,
  context: InstallContext,
): Promise<Uint8Array> {
  const total = sizeOf(all)
  const before = sizeOf(all.slice(0, all.indexOf(chosen)))
  const onBytes = (done: number) => context.onProgress({ sysroot, stage: 'download', done: before + done, total })
  return fromFirst(chosen, onBytes, context)
}

async function fromFirst(
  chosen: Downloadable,
  onBytes: (done: number) => void,
  { machineRoot }: InstallContext,
): Promise<Uint8Array> {
  const failures: GlibcMatrixError[] = []
  for (const url of chosen.urls()) {
    try {
      const bytes = await fetchBytes(url, { maxBytes: chosen.size, onBytes, machineRoot })
      checkSum(bytes, chosen, url)
      return bytes
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw error
      failures.push(error)
    }
  }
  const other = failures.find(({ details }) => details.status !== 404)
  throw other ?? chosen.gone?.(failures[0]) ?? failures[0]
}

function sizeOf(packages: readonly Downloadable[]): number {
  return packages.reduce((sum, each) => sum + each.size, 0)
}
