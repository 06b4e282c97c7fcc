import { compareGlibc, plainLine, type StaticFloor, shellWords } from '@glibc-matrix/core'
import type { Colors } from '../output/colors.js'
import type { TriedColumn } from './try-column.js'

/** What `glibc-matrix floor --json` prints. */
export interface FloorReport {
  readonly format: 1
  /** glibc's version of the lowest column that the command works in; null when there is none. */
  readonly floor: string | null
  /** From the oldest on; `state` null for those that needn't be tried. */
  readonly columns: readonly TriedColumn[]
  /** Columns of the floor's version or a newer one that it fails in. */
  readonly broken: readonly string[]
  /** Of the program and the libraries that it brings, the highest first; null where files say nothing. */
  readonly static: readonly StaticFloor[] | null
}

/** True when a floor is above the highest that is allowed; null allows any. */
export function isAbove(floor: string, max: string | null): boolean {
  return max !== null && compareGlibc(floor, max) > 0
}

/** The floor for people: a line for each column, the floor, what breaks above it, and what the files say. */
export function describeFloor(report: FloorReport, max: string | null, colors: Colors): string {
  const width = Math.max(...report.columns.map(({ name }) => name.length))
  return [
    ...report.columns.flatMap((column) => describeColumn(column, width, colors)),
    '',
    headline(report, max),
    ...report.broken.map((name) => `  it fails in ${name}, although that is no older`),
    ...undecided(report),
    ...describeFiles(report),
    '',
  ].join('\n')
}

function describeColumn(column: TriedColumn, width: number, colors: Colors): string[] {
  const label = column.name.padEnd(width)
  if (column.state === null) return [colors.dim(`  ${label}  not tried`)]
  if (column.state === 'pass') return [`  ${label}  ${colors.green('✓ works')}`]
  const { state, reason, records, stderr } = column
  // Of one that can't load the reason says more than ld.so does.
  const said = state === 'incompatible' ? [] : stderr.trim().split('\n').slice(-3)
  const { command = [] } = records.find(({ proof }) => proof === 'unproven') ?? records[0] ?? {}
  return [
    `  ${label}  ${state === 'fail' || state === 'incompatible' ? colors.red(`✗ ${state}`) : colors.yellow(`? ${state}`)}${reason ? `  ${reason}` : ''}`,
    ...said.filter((line) => line !== '').map((line) => colors.dim(`  ${' '.repeat(width)}  │ ${plainLine(line)}`)),
    ...(command.length > 0 ? [colors.dim(`  ${' '.repeat(width)}  by hand: ${shellWords(command)}`)] : []),
  ]
}

function headline({ floor }: FloorReport, max: string | null): string {
  if (floor === null) return 'floor: none, as it works in no column'
  const limit = max === null ? '' : isAbove(floor, max) ? `, above --max ${max}` : `, within --max ${max}`
  return `floor: glibc ${floor}, the lowest of the columns that it works in${limit}`
}

/** Columns below the floor that proved nothing: the floor may be lower. */
function undecided({ columns }: FloorReport): string[] {
  const names = columns.flatMap(({ name, state }) => (state === 'unproven' || state === 'none' ? [name] : []))
  return names.length === 0 ? [] : [`  nothing was proven in ${names.join(', ')}`]
}

function describeFiles({ static: files }: FloorReport): string[] {
  if (files === null) return ['files: they say nothing of this command (a shell, a script of one, or a static program)']
  if (files.length === 0) return ['files: they need no version of glibc']
  return files.slice(0, 5).map(({ path, floor: { glibc, symbols } }, index) => {
    const names = [...new Set(symbols.map(({ name, version }) => `${name}@${version}`))]
    const more = names.length - 6
    const because = `${names.slice(0, 6).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    return `${index === 0 ? 'files:' : '      '} ${glibc}  ${path}${because && `  by ${because}`}`
  })
}
