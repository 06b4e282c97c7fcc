import { commandByHand } from './command-by-hand.js'
import { countsByState, type DisplayRow, displayRows } from './display-rows.js'
import type { Cell, Grid } from './grid.js'
import { noticesOf } from './notices.js'
import { plainLine } from './plain-text.js'
import { shellWords } from './shell-words.js'
import { signs } from './states.js'
import { isRed, type RedRules, redCells } from './verdict.js'

/** How many rows and reasons are told: a summary is read by people. */
const most = { rows: 300, reasons: 40 }

/** The grid as Markdown (GitHub's): a row for each suite, opened where columns disagree; why cells are no ticks, once for each reason. */
export function markdownReport(grid: Grid, rules: RedRules): string {
  const faults = [redCells(grid, rules).length, grid.gaps?.length ?? 0] as const
  const notices = noticesOf(grid).map((notice) => `- ${inLine(notice)}\n`)
  const reasons = reasonsOf(grid, rules)
  return [
    `### glibc-matrix: ${headline(grid, ...faults)}\n\n`,
    notices.length === 0 ? '' : `${notices.join('')}\n`,
    tableOf(grid),
    `\n${countsByState(grid)}\n`,
    ...reasons.slice(0, most.reasons),
    reasons.length > most.reasons ? `\n… and ${reasons.length - most.reasons} more reasons\n` : '',
  ].join('')
}

function headline({ rows }: Grid, red: number, gaps: number): string {
  if (red === 0 && gaps === 0) return rows.length === 0 ? 'no tests ran' : 'nothing is red'
  return [...(red === 0 ? [] : [`${red} red`]), ...(gaps === 0 ? [] : [`${gaps} ${gaps === 1 ? 'gap' : 'gaps'}`])].join(
    ', ',
  )
}

function tableOf(grid: Grid): string {
  const head = grid.columns.map(({ name, glibc }) =>
    inLine(glibc === null || glibc === name ? name : `${name} (${glibc})`),
  )
  const rows = displayRows(grid)
  const more = rows.length - most.rows
  return [
    `| | ${head.join(' | ')} |\n`,
    `|${' --- |'.repeat(head.length + 1)}\n`,
    ...rows.slice(0, most.rows).map(rowOf),
    more > 0 ? `\n… and ${more} more rows\n` : '',
  ].join('')
}

function rowOf({ label, isSuite, states }: DisplayRow): string {
  const name = isSuite ? `**${inLine(label)}**` : `&emsp;${inLine(label)}`
  return `| ${name} | ${states.map((state) => `${inLine(signs[state])} ${state}`).join(' | ')} |\n`
}

/** By state and reason, with the first test and column that has it, and how to see it by hand; the red ones first. */
function reasonsOf(grid: Grid, rules: RedRules): string[] {
  const groups = new Map<string, { cell: Cell; where: string; count: number }>()
  for (const { suite, test, cells } of grid.rows) {
    for (const { name } of grid.columns) {
      const cell = cells[name]
      if (cell === undefined || ['pass', 'none', 'skip'].includes(cell.state)) continue
      const key = `${cell.state}\0${cell.reason}`
      const group = groups.get(key)
      if (group) group.count += 1
      else groups.set(key, { cell, where: `${suite} > ${test} in ${name}`, count: 1 })
    }
  }
  const sorted = [...groups.values()].sort(
    (a, b) => Number(isRed(b.cell.state, rules)) - Number(isRed(a.cell.state, rules)),
  )
  return sorted.map(({ cell, where, count }) => {
    const command = commandByHand(cell)
    const more = count === 1 ? '' : ` and ${count - 1} more`
    const hand = command.length === 0 ? '' : `\n${inCode(shellWords(command))}\n`
    return `\n**${inLine(`${signs[cell.state]} ${cell.state}`)}** ${inLine(where)}${more}: ${inLine(cell.reason ?? 'the test failed')}\n${hand}`
  })
}

/** Every character that Markdown or HTML could take for its own is escaped (CommonMark, backslash escapes). */
function inLine(text: string): string {
  return plainLine(text)
    .replace(/[\\`*_{}[\]()#+!|~@:]/g, '\\$&')
    .replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}

/** A fence is longer than any in it. */
function inCode(text: string): string {
  const line = plainLine(text)
  const fence = '`'.repeat(Math.max(3, ...[...line.matchAll(/`+/g)].map(([run]) => run.length + 1)))
  return `${fence}sh\n${line}\n${fence}`
}
