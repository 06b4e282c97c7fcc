/**
 * What the page carries, as short as it can be: a grid of 50,000 cells says the same few paths and words again and again,
 * so every text is told once and named by its index.
 */
export interface PageData {
  readonly strings: readonly string[]
  readonly columns: readonly { readonly name: string; readonly spec: string; readonly glibc: string | null }[]
  /** In the order of a legend. */
  readonly states: readonly PageState[]
  /** Suite and test (indexes of strings), then for each column an index of `cells`; -1 for none. */
  readonly rows: readonly (readonly number[])[]
  readonly cells: readonly PageCell[]
  readonly records: readonly PageRecord[]
  /** What is to be told above the grid: gaps of a merge, addons that can't load. */
  readonly notices: readonly string[]
  /** How many cells are red. */
  readonly red: number
  /** How many of the notices are gaps of a merge, which make it fail. */
  readonly gaps: number
}

export interface PageState {
  readonly name: string
  readonly sign: string
  readonly isRed: boolean
}

/** Index of `states`; reason and output (indexes of strings, -1 for none); milliseconds; indexes of `records`. */
export type PageCell = readonly [
  state: number,
  reason: number,
  output: number,
  durationMs: number,
  records: readonly number[],
]

/** Indexes of strings, except the pid (-1 for none) and whether it is proven. */
export type PageRecord = readonly [
  pid: number,
  program: number,
  isProven: 0 | 1,
  strategy: number,
  accounting: number,
  libc: readonly number[],
  hostLibraries: readonly number[],
  command: readonly number[],
]
