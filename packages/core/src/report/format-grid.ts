import Table from 'cli-table3'
import pc from 'picocolors'
import { commandByHand } from './command-by-hand.js'
import { countsByState, displayRows } from './display-rows.js'
import type { Cell, CellState, Grid } from './grid.js'
import { columnsNotHad } from './not-had.js'
import { printable } from './printable.js'
import { shellWords } from './shell-words.js'
import { signs } from './states.js'
import { isRed, type RedRules, redCells } from './verdict.js'

export interface FormatOptions extends RedRules {
  /** ANSI colours; the caller knows the terminal and NO_COLOR. */
  readonly color: boolean
}

/** The grid as text: a row for each suite, opened into tests where columns disagree, then why each red cell is red. */
export function formatGrid(grid: Grid, options: FormatOptions): string {
  if (grid.rows.length === 0 && grid.gaps === undefined) return 'glibc-matrix: no tests ran\n'
  const colors = pc.createColors(options.color)
  const table = new Table({
    head: [
      '',
      ...grid.columns.map(({ name, glibc }) => (glibc === null || glibc === name ? name : `${name}\n${glibc}`)),
    ],
    style: { head: [], border: [], compact: true },
  })
  for (const { label, isSuite, states } of displayRows(grid)) {
    table.push([isSuite ? label : `  ${label}`, ...states.map((state) => paint(state, options, colors))])
  }
  const parts = [
    table.toString(),
    lentLibraries(grid),
    refusedAddons(grid),
    uncounted(grid),
    hostAlone(grid),
    ...columnsNotHad(grid),
    ...explanations(grid, options, colors),
    gapLines(grid),
    summary(grid, options),
  ]
  return printable(`\n${parts.filter((part) => part !== '').join('\n')}\n`)
}

const shown = (state: CellState) => `${signs[state]} ${state}`

function paint(state: CellState, rules: RedRules, colors: ReturnType<typeof pc.createColors>): string {
  if (state === 'pass') return colors.green(shown(state))
  if (isRed(state, rules)) return colors.red(shown(state))
  return state === 'none' || state === 'skip' ? colors.dim(shown(state)) : colors.yellow(shown(state))
}

function lentLibraries(grid: Grid): string {
  const lent = new Map<string, Set<string>>()
  for (const { cells } of grid.rows) {
    for (const { name } of grid.columns.slice(1)) {
      for (const path of cells[name]?.records.flatMap(({ hostLibraries }) => hostLibraries) ?? []) {
        lent.set(path, (lent.get(path) ?? new Set()).add(name))
      }
    }
  }
  const lines = [...lent].sort().map(([path, columns]) => `  ${path}  (in ${[...columns].join(', ')})`)
  if (lines.length === 0) return ''
  return [
    "Lent by the host, as the sysroot lacks them (`packages` adds them, hostLibraries: 'refuse' forbids it):",
    ...lines,
  ].join('\n')
}

/** Told whether or not a test loaded one: its users will. */
function refusedAddons({ addons = [] }: Grid): string {
  const lines = addons.flatMap(({ package: name, path, refusals }) =>
    refusals.map(({ column, reason }) => `  ${name || path}  in ${column}: ${reason}`),
  )
  return lines.length === 0 ? '' : ["Addons of this project that a column can't load:", ...lines].join('\n')
}

/** The kernel's count is the rule; where it is missing, a tick rests on the announcements alone, and that is told. */
function uncounted(grid: Grid): string {
  const records = grid.rows.flatMap(({ cells }) => Object.values(cells).flatMap((cell) => cell.records))
  const without = records.filter(({ proof, accounting }) => proof === 'mapped' && accounting === 'shim').length
  if (without === 0) return ''
  return `The kernel did not count the execs of ${without} of ${records.length} processes: a start by raw system call would not be seen.`
}

/** A config that was not found must not look like a matrix that passed. */
function hostAlone({ columns }: Grid): string {
  return columns.length === 1 && columns[0]?.spec === 'host'
    ? "Only the host's own glibc: the config has no sysroots, or only the host was chosen."
    : ''
}

/** What other machines should have sent. */
function gapLines({ gaps = [] }: Grid): string {
  return gaps.length === 0
    ? ''
    : ['\nMissing or not to be merged:', ...gaps.map(({ message }) => `  ${message}`)].join('\n')
}

/** Why cells are red or unproven: by state, the first column it comes in; tests with the same reason are told once. */
function explanations(grid: Grid, options: FormatOptions, colors: ReturnType<typeof pc.createColors>): string[] {
  const groups = new Map<string, { title: string; cell: Cell; test: string; count: number }>()
  for (const { suite, test, cells } of grid.rows) {
    for (const state of doubtful) {
      const [name, ...others] = grid.columns.flatMap((column) =>
        cells[column.name]?.state === state ? column.name : [],
      )
      const first = name === undefined ? undefined : cells[name]
      if (first === undefined) continue
      const also = others.length === 0 ? '' : ` (and in ${others.join(', ')})`
      const title = `first in ${name}${also}: ${first.reason ?? 'the test failed'}`
      const group = groups.get(state + title)
      if (group) group.count += 1
      else groups.set(state + title, { title, cell: first, test: `${suite} > ${test}`, count: 1 })
    }
  }
  const told = [...groups.values()].slice(0, most).map(({ title, cell, test, count }) => {
    const more = count === 1 ? '' : `  and ${count - 1} more`
    const head = `\n${paint(cell.state, options, colors)}  ${test}${more}`
    return [head, `  ${title}`, ...commandOf(cell)].join('\n')
  })
  const rest = groups.size - most
  return rest <= 0 ? told : [...told, `\n… and ${rest} more reasons: the grid file has them all (outputFile)`]
}

const doubtful: readonly CellState[] = ['fail', 'incompatible', 'unproven']
const most = 20

function commandOf(cell: Cell): string[] {
  const command = commandByHand(cell)
  return command.length > 0 ? [`  by hand: ${shellWords(command)}`] : []
}

function summary(grid: Grid, options: FormatOptions): string {
  const red = redCells(grid, options)
  const relax = red.some(({ cell }) => cell.state === 'unproven')
    ? " (`unproven: 'warn'` lets those without proof pass)"
    : ''
  const gaps = grid.gaps?.length ?? 0
  const told = gaps === 0 ? '' : `; ${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`
  return `\nglibc-matrix: ${countsByState(grid)}${red.length === 0 ? '' : `; ${red.length} red${relax}`}${told}`
}
