// The table of docs/costs.md, made of results/*.json and of the texts in missed.mjs, and of nothing else. Run by itself
// (`npm run bench:table`) it is made anew, such as after a change of a text.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { missedBy } from './figure.mjs'
import { missed } from './missed.mjs'

/** In the order of the docs; each is a file of themes/ and one of results/. */
export const themes = ['spawn', 'namespace', 'evidence', 'columns', 'memory', 'inspect', 'add', 'cli']

/** Of prose in Markdown. */
const width = 118
const docs = join(import.meta.dirname, '../../docs/costs.md')
const [begin, end] = ['<!-- made by `npm run bench -- --docs` -->', '<!-- end of what is made -->']

if (process.argv[1] === import.meta.filename) writeDocs()

export function readResults() {
  const files = themes.map((theme) => join(import.meta.dirname, 'results', `${theme}.json`)).filter(existsSync)
  return files.map((file) => JSON.parse(readFileSync(file, 'utf8')))
}

/** What stands between the two marks of the docs. */
export function docsTable() {
  const text = readFileSync(docs, 'utf8')
  return text.slice(text.indexOf(begin) + begin.length, text.indexOf(end)).trim()
}

export function writeDocs() {
  const text = readFileSync(docs, 'utf8')
  const [from, to] = [text.indexOf(begin), text.indexOf(end)]
  if (from === -1 || to < from) throw new Error(`${docs} lacks the marks ${begin} and ${end}`)
  writeFileSync(docs, `${text.slice(0, from + begin.length)}\n\n${renderAll(readResults())}\n\n${text.slice(to)}`)
}

export function renderAll(results) {
  const parts = results.map((result) => [renderTheme(result), renderMissed(result)].filter(Boolean).join('\n\n'))
  return parts.join('\n\n')
}

export function renderTheme({ title, figures, ...conditions }) {
  const head = ['what', 'beside', 'takes, beside', 'result', 'of processor time', 'aim']
  const lines = [head, head.map(() => '---'), ...figures.map(row)].map((cells) => `| ${cells.join(' | ')} |`)
  return `## ${title}\n\n${told(conditions)}\n\n${lines.join('\n')}`
}

/** Figures with an aim that missed.mjs has no text for, should they miss it. */
export function unexplained(results) {
  return results.flatMap(({ figures }) => figures.filter(({ id, goal }) => goal && !missed[id]).map(({ id }) => id))
}

/** Why an aim is missed. */
function renderMissed({ figures }) {
  const ids = new Set(figures.filter((each) => missedBy(each) > 0).map(({ id }) => id))
  return [...ids].map((id) => wrapped(missed[id] ?? `${id}: nobody has found out yet why.`)).join('\n\n')
}

function wrapped(text) {
  const lines = ['']
  for (const word of text.trim().split(/\s+/)) {
    const line = `${lines.at(-1)} ${word}`.trim()
    if (line.length > width) lines.push(word)
    else lines[lines.length - 1] = line
  }
  return lines.join('\n')
}

function told({ date, node, machine, processors, others }) {
  return `${date}, Node ${node.slice(1)}, ${processors} processors, ${machine}; others took ${Math.round(others * 100)} % of the machine.`
}

function row(figure) {
  const { what, beside, missing, own, peer, result, as, cpu, unit } = figure
  if (missing !== undefined) return [what, beside, `not measured: ${missing}`, '', '', '']
  const show = (value) => shown(value, as, unit)
  const range = result.low === result.high ? '' : ` (${bare(result.low, as, unit)} to ${bare(result.high, as, unit)})`
  return [
    what,
    beside,
    peer === null ? quantity(own.median, unit) : `${quantity(own.median, unit)}, ${quantity(peer.median, unit)}`,
    `${show(result.median)}${range}`,
    cpu === null ? '' : show(cpu),
    aim(figure),
  ]
}

function aim(figure) {
  const { goal, as, unit } = figure
  if (!goal) return ''
  const wanted =
    goal.atMost === undefined ? `at least ${shown(goal.atLeast, as, unit)}` : `at most ${shown(goal.atMost, as, unit)}`
  const share = missedBy(figure)
  return share === 0 ? `${wanted}: met` : `${wanted}: missed by ${percent(share)}`
}

function percent(share) {
  return share < 0.01 ? 'less than 1 %' : `${Math.round(share * 100)} %`
}

function shown(value, as, unit) {
  if (as === 'beyond' || as === 'size') return quantity(value, unit)
  if (as === 'rate') return `${Math.round(value)} a second`
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}${as === 'faster' ? ' times as fast' : ''}`
}

/** An end of a range: the median before it says what it is. */
function bare(value, as, unit) {
  if (as === 'rate') return Math.round(value)
  return as === 'faster' ? shown(value, 'ratio', unit) : shown(value, as, unit)
}

function quantity(value, unit) {
  if (unit !== 'µs') return `${digits(value)} ${unit}`
  const size = Math.abs(value)
  if (size < 1000) return `${digits(value)} µs`
  return size < 1_000_000 ? `${digits(value / 1000)} ms` : `${digits(value / 1_000_000)} s`
}

function digits(value) {
  return Number(value.toPrecision(3)).toString()
}
