import type { PageCell, PageData } from './page-data.js'

/** What the user wants to see. Empty sets and texts hide nothing. */
export interface Filter {
  readonly text: string
  readonly program: string
  readonly states: ReadonlySet<number>
  readonly hidden: ReadonlySet<number>
  readonly differing: boolean
  readonly folded: ReadonlySet<number>
}

/** A line of the grid: a suite with the worst states of its tests that are shown, or a test. */
export type Line =
  | {
      readonly suite: number
      readonly states: readonly number[]
      readonly rows: readonly number[]
      readonly isFolded: boolean
    }
  | { readonly row: number }

export interface Model {
  readonly data: PageData
  readonly programs: readonly string[]
  text(index: number): string
  cell(row: number, column: number): PageCell | undefined
  /** Cells by state, of the whole grid. */
  readonly counts: readonly number[]
  lines(filter: Filter): { readonly lines: readonly Line[]; readonly tests: number }
}

/** The data with the questions that the page asks of it. Its source is a part of the page: it uses nothing but its argument. */
export function createModel(data: PageData): Model {
  const { rows, cells, records, strings, columns, states } = data
  const text = (index: number) => strings[index] ?? ''
  const cell = (row: number, column: number) => cells[rows[row]?.[column + 2] ?? -1]
  const counts = states.map(() => 0)
  for (const row of rows) {
    for (let column = 0; column < columns.length; column++) {
      const state = cells[row[column + 2] ?? -1]?.[0]
      if (state !== undefined) counts[state] = (counts[state] ?? 0) + 1
    }
  }
  const programIndexes = new Set(records.map(([, program]) => program))
  const programs = [...programIndexes].map(text).sort()
  const lower = rows.map(([suite = -1, test = -1]) => `${text(suite)} > ${text(test)}`.toLowerCase())
  const severity = ['fail', 'incompatible', 'missing', 'unproven', 'pass', 'none', 'skip']
  const bySeverity = severity.map((name) => states.findIndex((state) => state.name === name))

  return { data, programs, text, cell, counts, lines }

  function lines(filter: Filter) {
    const shown = columns.map((_, index) => index).filter((index) => !filter.hidden.has(index))
    const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
    const found: Line[] = []
    let tests = 0
    let start = 0
    while (start < rows.length) {
      const suite = rows[start]?.[0] ?? -1
      let end = start
      const kept: number[] = []
      for (; end < rows.length && rows[end]?.[0] === suite; end++) if (isKept(end)) kept.push(end)
      start = end
      if (kept.length === 0) continue
      tests += kept.length
      const isFolded = filter.folded.has(suite)
      found.push({ suite, states: columns.map((_, column) => worst(kept, column)), rows: kept, isFolded })
      if (!isFolded) for (const row of kept) found.push({ row })
    }
    return { lines: found, tests }

    function isKept(row: number): boolean {
      if (!words.every((word) => lower[row]?.includes(word))) return false
      const own = shown.map((column) => cell(row, column))
      if (filter.states.size > 0 && !own.some((each) => each && filter.states.has(each[0]))) return false
      if (filter.differing && new Set(own.map((each) => each?.[0])).size < 2) return false
      return (
        filter.program === '' || own.some((each) => each?.[4].some((record) => programOf(record) === filter.program))
      )
    }
  }

  function programOf(record: number): string {
    return text(records[record]?.[1] ?? -1)
  }

  function worst(kept: readonly number[], column: number): number {
    const found = new Set(kept.map((row) => cell(row, column)?.[0] ?? -1))
    return bySeverity.find((state) => found.has(state)) ?? -1
  }
}
