import { appendFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Cell, Grid } from './grid.js'
import { markdownReport } from './markdown.js'
import { plainLine } from './plain-text.js'
import { isRed, type RedRules } from './verdict.js'

/** What GitHub shows of one step (docs.github.com, "Workflow commands": 10 errors and 10 warnings). */
const most = 10

/** A step's summary may take 1 MiB in all. */
const summaryLimit = 1024 * 1024

/**
 * One annotation for each reason, at the test file that has it first: `error` for what is red, `warning` for what is told
 * only. `base` is the directory that suites are relative to, `workspace` the repository's.
 */
export function githubAnnotations(grid: Grid, rules: RedRules, base: string, workspace: string): string[] {
  const found = annotationsOf(grid, rules)
  const shown = levels.flatMap((wanted) => found.filter(({ level }) => level === wanted).slice(0, most))
  return shown.map(({ level, suite, title, message, count }) => {
    // The suite of a command is no file.
    const path = suite.startsWith('(') ? null : relative(workspace, join(base, suite))
    const file = path === null ? '' : `file=${inProperty(path)},`
    const more = count === 1 ? '' : ` (and ${count - 1} more)`
    return `::${level} ${file}title=${inProperty(title)}::${inData(message + more)}`
  })
}

const levels = ['error', 'warning'] as const

interface Annotation {
  readonly level: (typeof levels)[number]
  readonly suite: string
  readonly title: string
  readonly message: string
  count: number
}

function annotationsOf(grid: Grid, rules: RedRules): readonly Annotation[] {
  const found = new Map<string, Annotation>()
  for (const { suite, test, cells } of grid.rows) {
    for (const { name } of grid.columns) {
      const cell = cells[name]
      if (cell === undefined || !isTold(cell)) continue
      const level = isRed(cell.state, rules) ? 'error' : 'warning'
      const key = [level, cell.state, suite, cell.reason].join('\0')
      const message = `${test}: ${cell.reason ?? 'the test failed'}`
      const known = found.get(key)
      if (known !== undefined) known.count += 1
      else found.set(key, { level, suite, title: `${cell.state} on glibc ${name}`, message, count: 1 })
    }
  }
  return [...found.values()]
}

function isTold({ state }: Cell): boolean {
  return state !== 'pass' && state !== 'none' && state !== 'skip'
}

/** Adds the grid to the summary of the job, as far as there is room: GitHub refuses a whole step's for one byte too many. */
export function writeGithubSummary(file: string, grid: Grid, rules: RedRules): void {
  const taken = statSync(file, { throwIfNoEntry: false })?.size ?? 0
  const text = markdownReport(grid, rules)
  const fits = taken + Buffer.byteLength(text) + 1 < summaryLimit
  appendFileSync(file, fits ? `${text}\n` : '### glibc-matrix\n\nThe grid is too large for this summary.\n')
}

/** As the runner decodes them (actions/toolkit, command.ts). */
function inData(text: string): string {
  return plainLine(text).replaceAll('%', '%25')
}

function inProperty(text: string): string {
  return inData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
