import { compareSysroots, type PinnedChange } from '@glibc-matrix/core/store'
import { libcName } from '../output/libc-name.js'

/** More of one kind than this are only counted. */
const SHOWN = 12

/** What an update changed, in a few lines. */
export function describeChange({ name, sysroot, before }: PinnedChange): string {
  const title = `${name} (${sysroot.spec})`
  if (before === null) return `${title}: ${libcName(sysroot.glibc)}, new\n`
  if (before.digest === sysroot.digest) return `${title}: ${libcName(sysroot.glibc)}, unchanged\n`
  if (!('path' in before))
    return `${title}: ${libcName(before.glibc)} → ${sysroot.glibc}; the old one is not installed here\n`
  const { glibc, packages, files, symbols } = compareSysroots(before, sysroot)
  const lines = [
    `${title}: ${libcName(glibc[0] === glibc[1] ? glibc[0] : glibc.join(' → '))}`,
    ...packages.map((each) => `  ${each.name} ${each.before ?? '(not there)'} → ${each.after ?? '(gone)'}`),
    `  files: ${files.added.length} added, ${files.removed.length} removed, ${files.changed.length} changed`,
    ...shown('    + ', files.added),
    ...shown('    - ', files.removed),
    ...shown('    ~ ', files.changed),
    `  symbols of libc.so.6: ${symbols.added.length} added, ${symbols.removed.length} removed`,
    ...shown('    + ', symbols.added),
    ...shown('    - ', symbols.removed),
  ]
  return `${lines.join('\n')}\n`
}

function shown(sign: string, all: readonly string[]): readonly string[] {
  const lines = all.slice(0, SHOWN).map((each) => `${sign}${each}`)
  return all.length > SHOWN ? [...lines, `${sign}and ${all.length - SHOWN} more`] : lines
}
