/** `missing` is known to merges alone: a cell that should have been made on another machine, and was not. */
export type CellState = 'pass' | 'fail' | 'incompatible' | 'unproven' | 'none' | 'skip' | 'missing'

/** What the grid file keeps of one process. */
export interface CellRecord {
  readonly pid: number | null
  readonly ppid: number | null
  readonly program: string
  readonly libc: readonly string[]
  readonly proof: 'mapped' | 'unproven'
  /** How it reached the column's loader; null for a command that passed through. */
  readonly strategy: 'loader' | 'patch' | 'namespace' | null
  /** Objects lent by the host, by path. */
  readonly hostLibraries: readonly string[]
  /** Whether the kernel counted the execs of its tree, or the announcements of the shims are all there is. */
  readonly accounting: 'exact' | 'shim'
  /** argv that does the same by hand, with raw ld.so; empty for a test's worker, which only its pool can start. */
  readonly command: readonly string[]
}

/** What one test ended as in one column, why, and what its processes proved. */
export interface Cell {
  readonly state: CellState
  readonly reason?: string
  readonly durationMs: number
  /** What a failed test left: the end of its program's stderr where the runner has it, else the runner's own text. */
  readonly output?: string
  /** Skipped by a filter of the run (`-t`), not by the test file. */
  readonly filtered?: boolean
  readonly records: readonly CellRecord[]
}

/** A column of the grid, `host` the first. */
export interface GridColumn {
  readonly name: string
  readonly spec: string
  /** null when the sysroot could not be had (shown as skipped). */
  readonly glibc: string | null
  /** Of the sysroot's files, by which two machines know whether they ran the same; null as above. */
  readonly digest?: string | null
}

/** A test, by its file and full name, with a cell for each column by the column's name. */
export interface GridRow {
  readonly suite: string
  readonly test: string
  readonly cells: Readonly<Record<string, Cell>>
}

/** The grid file of both reporters (`format` is raised when a field changes its meaning). */
export interface Grid {
  readonly format: 1
  readonly columns: readonly GridColumn[]
  readonly rows: readonly GridRow[]
  /** Addons of the project that can't load in some column, found before a suite of `runtime: 'node'` began. */
  readonly addons?: readonly RefusedAddon[]
  /** What a merge found wanting. Each makes it fail, whatever the cells are. */
  readonly gaps?: readonly Gap[]
}

/** A hole in what was merged: it must not look like a matrix that passed. */
export interface Gap {
  /**
   * A column or shard that no blob has; a suite that no shard ran; shards that were cut in different ways; one column
   * that was two sysroots; a run that was stopped, or failed outside of its tests; runs of different commits; a test
   * file that was not the same everywhere.
   */
  readonly kind: 'column' | 'shard' | 'suite' | 'shards' | 'digest' | 'stopped' | 'fault' | 'commit' | 'source'
  readonly message: string
  readonly column: string | null
}

/** An addon (.node), and why each of these columns can't load it. */
export interface RefusedAddon {
  readonly package: string
  readonly path: string
  readonly refusals: readonly { readonly column: string; readonly reason: string }[]
}
