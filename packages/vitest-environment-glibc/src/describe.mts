import type { GlibcMatrixError } from '@glibc-matrix/core'
import { describe, it } from 'vitest'
import { currentColumn, type KnownColumn } from './column.mjs'
import { nativeCore } from './native-core.mjs'
import { placeholder } from './place.mjs'

/**
 * Describes what holds in some columns only: names, versions or ranges (`'2.31'`, `'>=2.34'`, `'!2.36'`). In each of
 * them the block registers once; its title is the same everywhere.
 *
 * @throws GlibcMatrixError COLUMN_UNKNOWN for a selector that matches no column, SESSION_NOT_FOUND outside of a matrix.
 */
export function describeGlibc(selectors: string | readonly string[], body: (column: KnownColumn) => void): void {
  const wanted = [selectors].flat()
  const title = `glibc ${wanted.join(', ')}`
  const current = currentColumn()
  if (current === null) throw noMatrix(title)
  const { name, spec, glibc } = current
  if (nativeCore.index().selectsColumn(current.columns, current, wanted, current.narrowed)) {
    describe(title, () => body({ name, spec, glibc }))
  } else {
    describe(title, () => it.skip(placeholder, () => {}))
  }
}

function noMatrix(title: string): GlibcMatrixError {
  const { GlibcMatrixError } = nativeCore.index()
  return new GlibcMatrixError(
    'SESSION_NOT_FOUND',
    `'${title}' was described outside of a glibc matrix`,
    "Wrap the Vitest config in withGlibcMatrix from 'vitest-environment-glibc/config'.",
    { title },
  )
}
