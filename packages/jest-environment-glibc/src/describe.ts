import type { CurrentColumn, KnownColumn } from './column-object.js'
import { coreIndex } from './core-index.js'
import { placeholder } from './placeholder.js'

/**
 * Describes what holds in some columns only: names, versions or ranges (`'2.31'`, `'>=2.34'`, `'!2.36'`). In each of
 * them the block registers once; its title is the same everywhere.
 *
 * @throws GlibcMatrixError COLUMN_UNKNOWN for a selector that matches no column, SESSION_NOT_FOUND outside of a matrix.
 */
export function describeGlibc(selectors: string | readonly string[], body: (column: KnownColumn) => void): void {
  const wanted = [selectors].flat() as string[]
  const title = `glibc ${wanted.join(', ')}`
  const current = (globalThis as Record<symbol, CurrentColumn | undefined>)[Symbol.for('glibc-matrix.column')]
  if (current?.globals === undefined) throw noMatrix(title)
  const { name, spec, glibc, globals } = current
  const runs = current.selects(wanted)
  globals.describe(title, () => (runs ? body({ name, spec, glibc }) : globals.test.skip(placeholder, () => {})))
}

function noMatrix(title: string): Error {
  const { GlibcMatrixError } = coreIndex()
  return new GlibcMatrixError(
    'SESSION_NOT_FOUND',
    `'${title}' was described outside of a glibc matrix`,
    "Wrap the Jest config in withGlibcMatrix from 'jest-environment-glibc/config', and leave this file its environment.",
    { title },
  )
}
