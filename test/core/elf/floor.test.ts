import { expect, test } from 'vitest'
import { readFloor } from '../../../packages/core/src/elf/floor.js'
import { inspect } from '../../../packages/core/src/elf/inspect.js'
import { elfFilesBelow } from './machine-files.js'
import { seenByReadelf, symbolsByReadelf } from './readelf.js'

const seen = seenByReadelf(elfFilesBelow('/usr/bin', '/usr/lib'))
const symbols = symbolsByReadelf(seen)
const markers = new Map([
  ['GLIBC_ABI_DT_RELR', [2, 36]],
  ['GLIBC_ABI_GNU_TLS', [2, 42]],
  ['GLIBC_ABI_GNU2_TLS', [2, 42]],
  ['GLIBC_ABI_DT_X86_64_PLT', [2, 42]],
])

/** Sorts as text what must be ordered by number: every part padded to the same width. */
function sortKey(version: string): string {
  const parts = markers.get(version) ?? version.replace('GLIBC_', '').split('.')
  return [0, 1, 2].map((index) => String(parts[index] ?? 0).padStart(4, '0')).join('.')
}

function expectedFloor(path: string) {
  const needs = (seen.get(path)?.needs ?? []).filter(
    ({ version, weak }) => !weak && (/^GLIBC_[\d.]+$/.test(version) || markers.has(version)),
  )
  const [highest] = needs
    .map(({ version }) => sortKey(version))
    .sort()
    .reverse()
  if (highest === undefined) return null
  const deciding = needs.filter(({ version }) => sortKey(version) === highest)
  return {
    glibc: highest.split('.').map(Number).join('.').replace(/\.0$/, ''),
    symbols: (symbols.get(path) ?? []).filter(({ version, library }) =>
      deciding.some((need) => need.version === version && need.library === library),
    ),
  }
}

test('the floor of every ELF file of /usr/bin and /usr/lib, and the symbols that force it, are what readelf says', () => {
  const paths = [...seen.keys()]
  const differences = paths.flatMap((path) => {
    const found = readFloor(path)
    const expected = expectedFloor(path)
    return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ path, found, expected }]
  })
  expect(differences).toEqual([])
  const floors = paths.map(expectedFloor)
  expect(floors.filter((floor) => (floor?.symbols.length ?? 0) > 0).length).toBeGreaterThan(300)
})

test('inspect gives the same floor, and the versions of each library', () => {
  for (const [path, { needs }] of [...seen].slice(0, 300)) {
    const versions = Object.fromEntries(
      needs.map(({ library }) => [
        library,
        needs.filter((need) => need.library === library).map(({ version }) => version),
      ]),
    )
    expect(inspect(path)).toMatchObject({ path, floor: expectedFloor(path), requires: versions })
  }
})
