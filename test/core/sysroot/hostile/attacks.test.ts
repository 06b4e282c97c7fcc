import { describe, expect, test } from 'vitest'
import { isGlibcMatrixError } from '../../../../packages/core/src/errors.js'
import { type Attack, attacks, LIB } from './attacks.js'
import { type Format, formats, packedBy } from './formats.js'
import { faultsOf, linesOf, watched } from './watched.js'

describe.each(formats)('$name', (format) => {
  test.each(attacks)('$name', async (attack) => {
    const { root, victim, beside, changes } = watched()
    const packed = packsOf(format, attack, victim)
    const end = await format.unpack(packed, root, beside).then(
      () => inside(root),
      (error) => {
        if (isGlibcMatrixError(error)) return 'refused'
        throw error
      },
    )
    expect(end).toEqual(attack.outcomes[format.family])
    expect(changes()).toEqual([])
    expect(faultsOf(root)).toEqual([])
  })
})

function packsOf(format: Format, attack: Attack, victim: string): readonly Uint8Array[] {
  const archives = attack.archives(victim)
  const isLayered = format.family === 'deb' || format.family === 'image'
  return (isLayered ? archives : [archives.flat()]).map((entries) => packedBy(format, format.tarOf(entries)))
}

/** Paths below LIB, directories that hold something left out. */
function inside(root: string): readonly string[] {
  const paths = linesOf(root).flatMap((line) => {
    const path = line.replace(/(\/ | -> | \d+ ).*$/, '')
    return path.startsWith(`${LIB}/`) ? [path.slice(LIB.length + 1)] : []
  })
  return paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`))).sort()
}
