import type { Session } from '@glibc-matrix/core'
import { coreIndex } from './core-index.js'
import type { JestGlobals } from './jest.js'

/** A column as a test file may know it. */
export interface KnownColumn {
  readonly name: string
  readonly spec: string
  /** null outside of Linux. */
  readonly glibc: string | null
}

/** What a test file is told about the matrix, under `globalThis[Symbol.for('glibc-matrix.column')]`. */
export interface CurrentColumn extends KnownColumn {
  readonly columns: readonly KnownColumn[]
  /** Whether `describeGlibc(selectors)` means this column. Lives outside of the test's realm, where core is loaded once. */
  selects(selectors: readonly string[]): boolean
  /** Jest's own, which with `injectGlobals: false` are no globals. */
  globals?: JestGlobals
}

const key = Symbol.for('glibc-matrix.column')

/** Tells the test file of this environment in which column it runs. */
export function announceColumn(global: object, session: Session, name: string): CurrentColumn {
  const columns = session.columns.map(({ name, spec, glibc }): KnownColumn => ({ name, spec, glibc }))
  const known = columns.find((column) => column.name === name) ?? { name, spec: name, glibc: null }
  const selects = (selectors: readonly string[]) =>
    coreIndex().selectsColumn(columns, known, selectors, session.narrowed)
  const current: CurrentColumn = { ...known, columns, selects }
  Object.defineProperty(global, key, { value: current, configurable: true })
  return current
}
