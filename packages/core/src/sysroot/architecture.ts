import { GlibcMatrixError } from '../errors.js'
import { HOST_ARCHITECTURES, LAYOUTS } from './layouts.js'

/** Debian's name of the machine that we run on. */
export function machineArchitecture(arch: string = process.arch): string {
  const debian = HOST_ARCHITECTURES[arch]
  if (debian !== undefined) return debian
  throw new GlibcMatrixError(
    'PLATFORM_UNSUPPORTED',
    `No sysroot is chosen by default on a machine of architecture '${arch}'`,
    `Run on ${Object.keys(HOST_ARCHITECTURES).join(' or ')}, or name the architecture: debian:SUITE/ARCH.`,
    { arch },
  )
}

/** Debian's name of a machine that has a uname-like one. */
export function debianName(machine: string): string {
  return LAYOUTS.find((layout) => layout.machine === machine)?.debian ?? machine
}
