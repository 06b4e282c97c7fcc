import type { ColumnObject } from './column-object.js'

type Register = (title: string, body: () => void) => void
interface Globals {
  readonly describe: Register
  readonly test: { readonly skip: Register }
}

/**
 * A block for the columns that the selectors pick (names, versions, ranges): `describeGlibc(['2.31', '>=2.40'], ({ glibc })
 * => …)`. Elsewhere one skipped test stands for it, under the same title.
 *
 * @throws GlibcMatrixError COLUMN_UNKNOWN for a selector that matches no column.
 */
export function describeGlibc(
  selectors: string | readonly string[],
  body: (column: { readonly name: string; readonly glibc: string | null }) => void,
): void {
  const wanted = [selectors].flat() as string[]
  const column = (globalThis as Record<symbol, ColumnObject | undefined>)[Symbol.for('glibc-matrix.column')]
  const { describe, test } = jestGlobals()
  describe(`glibc ${wanted.join(', ')}`, () => {
    if (column?.selects(wanted)) body({ name: column.name, glibc: column.glibc })
    else test.skip(`not for ${column ? 'this column' : 'a run without glibc-matrix'}`, () => {})
  })
}

/** With `injectGlobals: false` they are to be had as a module, which Jest makes for each test file. */
function jestGlobals(): Globals {
  const { describe, test } = globalThis as Partial<Globals>
  return describe && test ? { describe, test } : (require('@jest/globals') as Globals)
}
