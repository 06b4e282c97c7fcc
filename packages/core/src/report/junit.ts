import { bySuite } from './by-suite.js'
import type { Cell, Grid, GridColumn, GridRow } from './grid.js'
import { plainText, plainLine } from './plain-text.js'
import { shellWords } from './shell-words.js'
import { isRed, type RedRules } from './verdict.js'

/**
 * The grid as JUnit's XML, for CI systems: a test suite for each test file and column, so that the same test of two glibcs
 * is two tests. A cell that is no tick is no passed test: what is red is a failure, the rest is skipped and says why.
 */
export function junitReport(grid: Grid, rules: RedRules): string {
  const files = bySuite(grid.rows)
  const suites = grid.columns.flatMap((column) =>
    [...files].map(([suite, rows]) => suiteOf(suite, rows, column, rules)),
  )
  const attributes = { name: 'glibc-matrix', ...totals(suites) }
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, suites.map(({ xml }) => xml).join(''))}\n`
}

interface Suite {
  readonly xml: string
  readonly tests: number
  readonly failures: number
  readonly seconds: number
}

function totals(suites: readonly Suite[]) {
  const sum = (of: (suite: Suite) => number) => suites.reduce((total, suite) => total + of(suite), 0)
  return {
    tests: sum(({ tests }) => tests),
    failures: sum(({ failures }) => failures),
    errors: 0,
    time: sum(({ seconds }) => seconds).toFixed(3),
  }
}

function suiteOf(suite: string, rows: readonly GridRow[], column: GridColumn, rules: RedRules): Suite {
  const cases = rows.flatMap(({ test, cells }) => {
    const cell = cells[column.name]
    return cell === undefined ? [] : [{ test, cell }]
  })
  const failures = cases.filter(({ cell }) => isRed(cell.state, rules)).length
  const skipped = cases.filter(({ cell }) => !isRed(cell.state, rules) && cell.state !== 'pass').length
  const seconds = cases.reduce((sum, { cell }) => sum + cell.durationMs / 1000, 0)
  const name = `${suite} [${titleOf(column)}]`
  const attributes = { name, tests: cases.length, failures, errors: 0, skipped, time: seconds.toFixed(3) }
  const content = properties(column) + cases.map(({ test, cell }) => caseOf(name, test, cell, rules)).join('')
  return { xml: element('testsuite', attributes, content), tests: cases.length, failures, seconds }
}

function titleOf({ name, glibc }: GridColumn): string {
  return glibc === null || glibc === name ? `glibc ${name}` : `glibc ${name}, ${glibc}`
}

function properties({ name, spec, glibc }: GridColumn): string {
  const entries = Object.entries({ 'glibc.column': name, 'glibc.version': glibc ?? '', 'glibc.spec': spec })
  return element('properties', {}, entries.map(([key, value]) => element('property', { name: key, value })).join(''))
}

function caseOf(suite: string, test: string, cell: Cell, rules: RedRules): string {
  const { state, reason = whyNot[state] ?? state, durationMs, output } = cell
  const attributes = { name: test, classname: suite, time: (durationMs / 1000).toFixed(3) }
  const told = { type: state, message: plainLine(reason) }
  const outcome =
    state === 'pass'
      ? ''
      : isRed(state, rules)
        ? element('failure', told, inText(detail(cell, reason)))
        : element('skipped', told)
  const log = output === undefined ? '' : element('system-err', {}, inText(output))
  return element('testcase', attributes, `${outcome}${log}`)
}

const whyNot: Readonly<Record<string, string>> = {
  none: 'it passed, and started no native program: nothing is proven',
  unproven: 'nobody vouches for what ran',
  skip: 'not run in this column',
}

/** The whole reason, and for each process what it mapped and how to start it by hand. */
function detail({ records }: Cell, reason: string): string {
  const lines = records.flatMap(({ program, proof, libc, command }) => [
    '',
    `${proof}: ${program}${libc.length === 0 ? '' : ` on ${libc.join(', ')}`}`,
    ...(command.length === 0 ? [] : [`by hand: ${shellWords(command)}`]),
  ])
  return [reason, ...lines].join('\n')
}

function element(name: string, attributes: Readonly<Record<string, string | number>>, content = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${inAttribute(String(value))}"`)
  const open = `<${name}${written.join('')}`
  return content === '' ? `${open}/>\n` : `${open}>${content.startsWith('<') ? '\n' : ''}${content}</${name}>\n`
}

function inText(text: string): string {
  return plainText(text).replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function inAttribute(text: string): string {
  return plainLine(text).replace(/[&<>"'\t]/g, (character) => `&#${character.charCodeAt(0)};`)
}
