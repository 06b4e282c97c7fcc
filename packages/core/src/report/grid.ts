export type CellState = 'pass' | 'fail' | 'incompatible' | 'unproven' | 'none' | 'skip'

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

export interface Cell {
  readonly state: CellState
  readonly reason?: string
  readonly durationMs: number
  readonly records: readonly CellRecord[]
}

export interface GridColumn {
  readonly name: string
  readonly spec: string
  /** null when the sysroot could not be had (shown as skipped). */
  readonly glibc: string | null
}

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
}

export interface RefusedAddon {
  readonly package: string
  readonly path: string
  readonly refusals: readonly { readonly column: string; readonly reason: string }[]
}
