import {
  type Cell,
  type CellState,
  type Column,
  type Grid,
  isRed,
  outputExcerpt,
  printable,
  type Session,
  shellWords,
  signs,
  type TestResult,
} from '@glibc-matrix/core'
import type { Colors } from '../output/colors.js'
import { libcName } from '../output/libc-name.js'
import { type Ending, endingOf } from './run-column.js'
import { signalStatus } from './signals.js'

/** A column of `run --json`. */
export interface RunColumn {
  readonly name: string
  readonly spec: string
  readonly glibc: string | null
  readonly state: CellState
  readonly reason?: string
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly durationMs: number
  readonly records: Cell['records']
}

export interface RunReport {
  readonly format: 1
  readonly columns: readonly RunColumn[]
}

/** How the command ended in each column, with what it wrote to stderr where it failed. */
export function resultsOf(endings: ReadonlyMap<string, Ending>): TestResult[] {
  return [...endings.values()].map(({ result, stderr }) =>
    result.state === 'fail' && stderr !== '' ? { ...result, output: outputExcerpt(stderr, '') } : result,
  )
}

/** Joins how the command ended with what its processes proved. */
export function reportOf(grid: Grid, columns: readonly Column[], endings: ReadonlyMap<string, Ending>): RunReport {
  const cells = grid.rows[0]?.cells ?? {}
  return {
    format: 1,
    columns: columns.map(({ name, spec, glibc, skip }) => {
      const ending = endings.get(name)
      if (ending === undefined) return { name, spec, glibc, ...notRun(skip) }
      const { exitCode, signal } = ending
      return { name, spec, glibc, ...(cells[name] as Cell), exitCode, signal }
    }),
  }
}

function notRun(skip: string | null) {
  const reason = skip ?? 'not started, since a signal ended the run'
  return { state: 'skip', reason, exitCode: null, signal: null, durationMs: 0, records: [] } as const
}

/** The exit status of the worst column: the command's own, else 1 for a red one. Nothing that ran is no success. */
export function statusOf(report: RunReport, rules: Session['report']): number {
  const statuses = report.columns.filter(({ state }) => state !== 'skip').map((column) => columnStatus(column, rules))
  return statuses.length === 0 ? 1 : Math.max(...statuses)
}

function columnStatus({ state, exitCode, signal }: RunColumn, rules: Session['report']): number {
  if (state === 'incompatible' && rules.incompatible === 'allow') return 0
  if (signal !== null) return signalStatus(signal)
  return exitCode || (isRed(state, rules) ? 1 : 0)
}

/** A line for each column, and for one that is no tick why, and how to see it by hand. */
export function describeReport({ columns }: RunReport, colors: Colors): string {
  const width = Math.max(...columns.map((column) => titleOf(column).length))
  return printable(columns.map((column) => describeColumn(column, width, colors)).join(''))
}

function describeColumn(column: RunColumn, width: number, colors: Colors): string {
  const { state, exitCode, signal, reason, records } = column
  const ending = endingOf(exitCode, signal)
  const because = reason ?? (state === 'none' ? 'no native program was started' : undefined)
  const record = records.find(({ proof }) => proof === 'unproven') ?? records[0]
  const doubtful = ['fail', 'incompatible', 'unproven'].includes(state)
  const lent = [...new Set(records.flatMap(({ hostLibraries }) => hostLibraries))]
  return [
    `glibc-matrix  ${titleOf(column).padEnd(width)}  ${paint(state, colors)}  ${ending}`.trimEnd(),
    ...(because === undefined || because === ending ? [] : [`    ${because}`]),
    ...(lent.length === 0 || column.spec === 'host' ? [] : [`    lent by the host: ${lent.join(', ')}`]),
    ...(doubtful && record ? [`    by hand: ${shellWords(record.command)}`] : []),
    '',
  ].join('\n')
}

const palette: Readonly<Record<CellState, 'green' | 'red' | 'yellow' | 'dim'>> = {
  pass: 'green',
  fail: 'red',
  incompatible: 'red',
  unproven: 'yellow',
  none: 'dim',
  skip: 'dim',
  missing: 'red',
}

function paint(state: CellState, colors: Colors): string {
  return colors[palette[state]](`${signs[state]} ${state}`)
}

function titleOf({ name, glibc, spec }: RunColumn): string {
  return glibc === null || glibc === name ? `${name} (${spec})` : `${name} (${spec}, ${libcName(glibc)})`
}
