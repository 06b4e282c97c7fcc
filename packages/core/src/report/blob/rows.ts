import { sortRows } from '../build-grid.js'
import type { Cell, GridRow } from '../grid.js'
import { worstState } from '../verdict.js'
import type { MergedColumns } from './columns.js'
import type { Coverage } from './coverage.js'
import type { RunBlob } from './schema.js'
import type { Source } from './sources.js'

/** A part's blobs, and its coverage of each column that it plans. */
export interface Part {
  readonly sources: readonly Source[]
  readonly coverage: ReadonlyMap<string, Coverage>
}

/** A row for each test that any blob knows, and one for each file that none ran. */
export function mergeRows(parts: readonly Part[], columns: MergedColumns): GridRow[] {
  const label = suiteLabels(parts)
  const rows = parts.flatMap((part) => {
    const known = knownTests(part, columns)
    const suites = new Set([...known.values()].map(({ suite }) => suite))
    const planned = new Set([...part.coverage.values()].flatMap((coverage) => [...coverage.suites]))
    const unknown = [...planned].filter((suite) => !suites.has(suite) && isMissing(part, suite))
    const files = unknown.map((suite): KnownTest => ({ suite, test: '(file)', cells: new Map() }))
    return [...known.values(), ...files].map(
      ({ suite, test, cells }): GridRow => ({
        suite: label(part, suite),
        test,
        cells: Object.fromEntries(
          columns.columns.map(({ name }) => [name, mergeCell(part, name, { suite, test, cells }, columns)]),
        ),
      }),
    )
  })
  return sortRows(rows)
}

interface KnownTest {
  readonly suite: string
  readonly test: string
  /** By the merged grid's columns. */
  readonly cells: Map<string, BlobCell[]>
}

function knownTests({ sources }: Part, { nameIn }: MergedColumns): ReadonlyMap<string, KnownTest> {
  const known = new Map<string, KnownTest>()
  for (const { blob } of sources) {
    for (const { suite, test, cells } of blob.rows) {
      const key = `${suite}\0${test}`
      const row = known.get(key) ?? { suite, test, cells: new Map() }
      known.set(key, row)
      for (const [column, cell] of Object.entries(cells)) {
        const name = nameIn(blob, column) ?? column
        row.cells.set(name, [...(row.cells.get(name) ?? []), cell])
      }
    }
  }
  return known
}

function isMissing({ coverage }: Part, suite: string): boolean {
  return [...coverage.values()].some(({ missing }) => missing(suite) !== null)
}

/** A file that two runners (or projects) have is named with them. */
function suiteLabels(parts: readonly Part[]): (part: Part, suite: string) => string {
  const ownerOf = ({ sources }: Part) => `${sources[0]?.blob.project}\0${sources[0]?.blob.runner}`
  const projects = new Set(parts.map(({ sources }) => sources[0]?.blob.project))
  const owners = new Map<string, Set<string>>()
  for (const part of parts) {
    for (const suite of suitesOf(part)) owners.set(suite, (owners.get(suite) ?? new Set()).add(ownerOf(part)))
  }
  return (part, suite) => {
    const { project = '', runner = '' } = part.sources[0]?.blob ?? {}
    const runners = new Set([...(owners.get(suite) ?? [])].filter((owner) => owner.startsWith(`${project}\0`)))
    const named = runners.size > 1 ? `${suite} (${runner})` : suite
    return projects.size > 1 ? `${project || '(no name)'}: ${named}` : named
  }
}

function suitesOf({ sources }: Part): Set<string> {
  return new Set(sources.flatMap(({ blob }) => [...blob.rows, ...blob.suites].map(({ suite }) => suite)))
}

type BlobCell = RunBlob['rows'][number]['cells'][string]

/** The order is the promise: a result, the worst of several; else that it is missing; only then that it was left out. */
function mergeCell(
  part: Part,
  column: string,
  { suite, cells }: KnownTest,
  { contradicted, nameIn }: MergedColumns,
): Cell {
  const found = cells.get(column) ?? []
  const ran = found.filter(({ state }) => state !== 'skip')
  const worst = worstState(ran.map(({ state }) => state))
  const cell = ran.find(({ state }) => state === worst)
  if (cell?.state === 'pass' && contradicted.has(column))
    return { ...told(cell), state: 'unproven', reason: 'the column was another sysroot on another machine' }
  if (cell !== undefined) return told(cell)
  const missing = part.coverage.get(column)?.missing(suite) ?? null
  if (missing !== null) return empty('missing', missing)
  const isFiltered = found.length > 0 && found.every(({ filtered }) => filtered === true)
  if (isFiltered && hasRun(cells)) return empty('missing', `not run in this column alone: ${found[0]?.reason}`)
  if (found[0] !== undefined) return told(found[0])
  const skipped = part.sources.flatMap(({ blob }) =>
    blob.columns.flatMap(({ name, skip }) => (nameIn(blob, name) === column ? (skip ?? []) : [])),
  )
  return empty('skip', skipped[0] ?? 'not run in this column')
}

/** Where every run was told the same, a test that none ran is no hole. */
function hasRun(cells: KnownTest['cells']): boolean {
  return [...cells.values()].flat().some(({ state }) => state !== 'skip')
}

function told({ reason, output, filtered, ...cell }: BlobCell): Cell {
  return {
    ...cell,
    ...(reason !== undefined && { reason }),
    ...(output !== undefined && { output }),
    ...(filtered !== undefined && { filtered }),
  }
}

function empty(state: 'missing' | 'skip', reason: string): Cell {
  return { state, reason, durationMs: 0, records: [] }
}
