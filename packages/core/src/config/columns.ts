import { GlibcMatrixError } from '../errors.js'
import { compareGlibc, isGlibcVersion } from '../glibc-version.js'
import type { LockFile } from './lock-file.js'
import type { ResolvedConfig } from './resolved-config.js'
import { matchSelector, type SelectableColumn, unNegated } from './selectors.js'
import { isSuiteSpec } from './suite-spec.js'

/** What a sysroot is resolved from: one column of the matrix before its files are known. */
export interface ColumnRequest {
  /** null until the glibc version names it, see `nameColumns`. */
  readonly name: string | null
  readonly spec: string
  readonly packages: readonly string[]
  readonly with?: string | undefined
  readonly mirrors: readonly string[]
  readonly keyring: string | null
  readonly allowUnsigned: boolean
  readonly lock: LockFile | null
}

/** The columns that a config asks for: `host` first and once, then the sysroots in the order they are written. */
export function columnRequests(config: ResolvedConfig): ColumnRequest[] {
  const { mirrors, keyring, allowUnsigned, lock } = config
  const shared = { mirrors, keyring, allowUnsigned, lock }
  const others = config.sysroots.filter(({ name, spec }) => !(spec === 'host' && (name === null || name === 'host')))
  for (const { name, spec } of others) {
    if (name === 'host' || spec === 'host') throw hostTwice(name, spec)
  }
  refuseDuplicates(others.flatMap(({ name, spec }) => (name === null ? [] : [{ name, spec }])))
  return [
    { name: 'host', spec: 'host', packages: [], ...shared },
    ...others.map(({ name, spec, packages, with: lender }) => {
      const all = [spec, lender].some(isSuiteSpec) ? union(config.packages, packages) : packages
      return { name, spec, packages: all, with: lender, ...shared }
    }),
  ]
}

/**
 * The final name of each request: its own, else the glibc version found (null: not found, then the spec names it), which
 * `suffixes` tell apart where a column is of another machine.
 * A name that looks like a version must be the real one: the grid would lie otherwise.
 */
export function nameColumns(
  requests: readonly ColumnRequest[],
  glibcVersions: readonly (string | null)[],
  suffixes: readonly string[] = [],
): string[] {
  const columns = requests.map(({ name, spec }, index) => {
    const version = glibcVersions[index] ?? null
    return { name: name ?? (version === null ? spec : version + (suffixes[index] ?? '')), spec }
  })
  columns.forEach(({ name, spec }, index) => {
    const glibc = glibcVersions[index] ?? null
    if (glibc !== null && isGlibcVersion(name) && compareGlibc(name, glibc) !== 0) throw misnamed(name, spec, glibc)
  })
  refuseDuplicates(columns)
  return columns.map(({ name }) => name)
}

/**
 * The names of the columns that selectors pick, in the columns' order; `host` is among them unless `!host` says that it can't
 * run the file, as for programs of musl. With `!` alone all others are picked. A selector that matches none throws
 * COLUMN_UNKNOWN, where `where` says who asked; with `narrowed` (GLIBC_MATRIX_ONLY took columns away before) it picks none, for
 * it may mean one of those.
 */
export function selectColumns(
  columns: readonly SelectableColumn[],
  selectors: readonly string[],
  where = 'the selection',
  narrowed = false,
): string[] {
  const [wanted, unwanted] = [false, true].map((negated) => {
    const chosen = selectors.filter((selector) => unNegated(selector)[1] === negated)
    const match = (selector: string) =>
      narrowed ? matchSelector(columns, selector) : matchOrThrow(columns, selector, where)
    return chosen.length === 0 ? null : new Set(chosen.flatMap(match))
  })
  const hasHost = !selectors.includes('!host')
  return columns
    .filter(
      (column) => (column.name === 'host' && hasHost) || ((wanted?.has(column) ?? true) && !unwanted?.has(column)),
    )
    .map(({ name }) => name)
}

/** Narrows columns to those of GLIBC_MATRIX_ONLY; null leaves all. */
export function applyOnly<Column extends SelectableColumn>(
  columns: readonly Column[],
  only: readonly string[] | null,
): Column[] {
  const names = only === null ? null : selectColumns(columns, only, 'GLIBC_MATRIX_ONLY')
  return columns.filter(({ name }) => names === null || names.includes(name))
}

function union(one: readonly string[], other: readonly string[]): string[] {
  return [...new Set([...one, ...other])]
}

function hostTwice(name: string | null, spec: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'COLUMN_DUPLICATE',
    `the column '${name}' has the spec '${spec}', but 'host' is always a column: this machine's own glibc.`,
    name === 'host' ? `Give '${spec}' another name.` : `Remove '${name}' from sysroots.`,
    { name, spec },
  )
}

function refuseDuplicates(columns: readonly { readonly name: string; readonly spec: string }[]): void {
  for (const { name } of columns) {
    const specs = columns.filter((column) => column.name === name).map(({ spec }) => spec)
    if (specs.length < 2) continue
    throw new GlibcMatrixError(
      'COLUMN_DUPLICATE',
      `${specs.length} columns are called '${name}': ${specs.join(', ')}.`,
      "Give each its own name: sysroots: { 'a-name': 'spec', … }.",
      { name, specs },
    )
  }
}

function misnamed(name: string, spec: string, glibc: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'CONFIG_INVALID',
    `the column '${name}' (${spec}) is glibc ${glibc}.`,
    `Call it '${glibc}', or give it a name that is not a version.`,
    { name, spec, glibc },
  )
}

function matchOrThrow(columns: readonly SelectableColumn[], selector: string, where: string): SelectableColumn[] {
  const matches = matchSelector(columns, selector)
  const undecided = unNegated(selector)[1] && columns.some(({ glibc }) => glibc === null)
  if (matches.length > 0 || undecided) return matches
  const known = columns.map(({ name, glibc }) => (glibc === null || glibc === name ? name : `${name} (${glibc})`))
  throw new GlibcMatrixError(
    'COLUMN_UNKNOWN',
    `${where}: '${selector}' matches no column. The columns are ${known.join(', ')}.`,
    `Correct '${selector}', or add such a sysroot to the config.`,
    { selector, where, columns: columns.map(({ name }) => name) },
  )
}
