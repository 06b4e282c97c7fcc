import { bySuite } from './by-suite.js'
import type { Cell, Grid, GridColumn, GridRow } from './grid.js'
import { plainLine, plainText } from './plain-text.js'
import { shellWords } from './shell-words.js'
import { isRed, type RedRules } from './verdict.js'

/**
 * The grid as JUnit's XML, for CI systems: a test suite for each test file and column, so that the same test of two glibcs
 * is two tests. A cell that is no tick is no passed test: what is red is a failure, the rest is skipped and says why. The
 * root has no totals: the common schema (Jenkins' junit-10.xsd) knows none of the skipped there, and readers take what is
 * left for passed.
 */
export function junitReport(grid: Grid, rules: RedRules): string {
  const files = bySuite(grid.rows)
  const suites = grid.columns.flatMap((column) =>
    [...files].map(([suite, rows]) => suiteOf(suite, rows, column, rules)),
  )
  const content = [...suiteOfGaps(grid), ...suites].join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', { name: 'glibc-matrix' }, content)}`
}

function suiteOf(suite: string, rows: readonly GridRow[], column: GridColumn, rules: RedRules): string {
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
  return element('testsuite', attributes, content)
}

/** What a merge found wanting is a test that failed, or nobody would see it. */
function suiteOfGaps({ gaps = [] }: Grid): string[] {
  if (gaps.length === 0) return []
  const cases = gaps.map(({ kind, message }) =>
    element('testcase', { name: message, classname: 'gaps', time: '0' }, element('failure', { type: kind, message })),
  )
  const attributes = { name: 'gaps', tests: gaps.length, failures: gaps.length, errors: 0, skipped: 0, time: '0' }
  return [element('testsuite', attributes, cases.join(''))]
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
  missing: 'no machine sent it',
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
  return escaped(plainText(text))
}

function inAttribute(text: string): string {
  return escaped(plainLine(text)).replace(/["']/g, (quote) => (quote === '"' ? '&quot;' : '&apos;'))
}

/** By name, as readers of JUnit's XML know no more than XML's own five. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
