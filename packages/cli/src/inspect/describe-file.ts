import type { Inspection } from '@glibc-matrix/core'

const labelled = 8

/** All that a loader reads of a file, a line for each. */
export function describeFile(file: Inspection): string {
  if ('error' in file)
    return `${file.path}\n${lines([
      [file.error.code, file.error.message],
      ['', file.error.hint],
    ])}`
  const { path, kind, machine, bits, byteOrder, interpreter, soname, needed, rpath, runpath, buildId, floor, libc } =
    file
  const symbols = floor?.symbols ?? []
  const more = symbols.length - labelled
  return `${path}\n${lines([
    ['kind', [kind, machine, bits && `${bits} bits`, byteOrder && `${byteOrder} endian`].filter(Boolean).join(', ')],
    ['interpreter', interpreter],
    ['soname', soname],
    ['libc', libc === 'glibc' ? null : libc],
    ['floor', floor && `glibc ${floor.glibc}`],
    ...symbols
      .slice(0, labelled)
      .map(({ name, version, library }) => ['', `${name}@${version} of ${library}`] as const),
    ['', more > 0 ? `and ${more} more` : null],
    ['needed', needed.join(', ')],
    ...Object.entries(file.requires).map(
      ([library, versions], index) => [index === 0 ? 'requires' : '', `${library}: ${versions.join(', ')}`] as const,
    ),
    ...Object.entries(file.weak).map(
      ([library, versions], index) =>
        [index === 0 ? 'of them weak' : '', `${library}: ${versions.join(', ')}`] as const,
    ),
    ['rpath', rpath],
    ['runpath', runpath],
    ['build-id', buildId],
  ])}`
}

function lines(rows: readonly (readonly [label: string, value: string | null])[]): string {
  return rows.flatMap(([label, value]) => (value ? [`  ${label.padEnd(12)} ${value}\n`] : [])).join('')
}
