import type { Sysroot } from '@glibc-matrix/core/store'
import { libcName } from '../output/libc-name.js'
import { columnsOf } from '../output/print.js'

/** One line for a sysroot, and what it takes from another. */
export function describeAdded({ name, glibc, spec, path, companions }: Sysroot): string {
  const place = spec === 'host' || spec.startsWith('dir:') ? 'used in place' : path
  const line = columnsOf([[name, libcName(glibc), spec, place]])
  if (companions === undefined) return line
  const lines = [
    `  with ${companions.libraries.join(', ')} of ${companions.spec}`,
    ...companions.refused.map(({ reason }) => `  without ${reason}`),
  ]
  return `${line}${lines.join('\n')}\n`
}
