import { type Column, gridOf, type Outcome, type Session } from '@glibc-matrix/core'
import { type RunColumn, reportOf } from '../run/report.js'
import { runColumn } from '../run/run-column.js'
import type { SignalRelay } from '../run/signals.js'

/** A column that a floor was searched in; without more than its name when it needn't be tried. */
export type TriedColumn =
  | (Pick<RunColumn, 'name' | 'spec' | 'glibc'> & { readonly state: null })
  | (RunColumn & { readonly stderr: string })

export interface Tried {
  readonly outcome: Outcome
  readonly column: TriedColumn
}

const outcomes = { pass: 'works', fail: 'fails', incompatible: 'fails' } as const

/** Runs the command once, in silence; only what is proven works, and only what is red fails. */
export async function tryColumn(
  session: Session,
  column: Column,
  command: readonly string[],
  signals: SignalRelay,
): Promise<Tried> {
  const { name, spec, glibc } = column
  if (signals.received() !== null) return { outcome: 'unknown', column: { name, spec, glibc, state: null } }
  const ending = await runColumn(session, column, command, { output: 'none', keepStderr: true, signals })
  const [tried] = reportOf(gridOf(session, [ending.result]), [column], new Map([[name, ending]])).columns as [RunColumn]
  const outcome = outcomes[tried.state as keyof typeof outcomes] ?? 'unknown'
  return { outcome, column: { ...tried, stderr: ending.stderr } }
}
