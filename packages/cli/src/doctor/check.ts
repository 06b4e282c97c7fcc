import type { ResolvedConfig, Sysroot } from '@glibc-matrix/core'

/** What one look at the machine found. `problem` makes the exit status 1; `notice` is worth knowing and stops nothing. */
export interface Finding {
  readonly state: 'ok' | 'notice' | 'problem'
  readonly found: string
  /** What to do; empty when nothing. */
  readonly hint: string
}

export interface Machine {
  /** null outside of Linux, or where no glibc is found. */
  readonly host: Sysroot | null
  readonly config: ResolvedConfig
}

/** The seam for a new check: one file that exports it, one row in table.ts. */
export interface Check {
  readonly name: string
  look(machine: Machine): Promise<readonly Finding[]> | readonly Finding[]
}

export const ok = (found: string): Finding => ({ state: 'ok', found, hint: '' })
export const notice = (found: string, hint: string): Finding => ({ state: 'notice', found, hint })
export const problem = (found: string, hint: string): Finding => ({ state: 'problem', found, hint })
