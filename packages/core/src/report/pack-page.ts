import type { Cell, CellRecord, CellState, Grid } from './grid.js'
import { noticesOf } from './notices.js'
import type { PageCell, PageData, PageRecord } from './page/page-data.js'
import { plainLine, plainText } from './plain-text.js'
import { shellWords } from './shell-words.js'
import { signs } from './states.js'
import { isRed, type RedRules, redCells } from './verdict.js'

/** The grid as the page carries it: each text once, and nothing in it that could do harm when it is shown. */
export function packPage(grid: Grid, rules: RedRules): PageData {
  const strings = internedTexts()
  const states = Object.keys(signs) as CellState[]
  const cells: PageCell[] = []
  const records: PageRecord[] = []

  const packRecord = (record: CellRecord): number =>
    records.push([
      record.pid ?? -1,
      strings.line(record.program),
      record.proof === 'mapped' ? 1 : 0,
      record.strategy === null ? -1 : strings.line(record.strategy),
      strings.line(record.accounting),
      record.libc.map(strings.line),
      record.hostLibraries.map(strings.line),
      record.command.map(strings.word),
    ]) - 1
  const packCell = ({ state, reason, output, durationMs, records: own }: Cell): number =>
    cells.push([
      states.indexOf(state),
      reason === undefined ? -1 : strings.text(reason),
      output === undefined ? -1 : strings.text(output),
      Math.round(durationMs),
      own.map(packRecord),
    ]) - 1

  const rows = grid.rows.map(({ suite, test, cells: byColumn }) => [
    strings.line(suite),
    strings.line(test),
    ...grid.columns.map(({ name }) => {
      const cell = Object.hasOwn(byColumn, name) ? byColumn[name] : undefined
      return cell === undefined ? -1 : packCell(cell)
    }),
  ])
  return {
    strings: strings.all,
    columns: grid.columns.map(({ name, spec, glibc }) => ({ name, spec: plainLine(spec), glibc })),
    states: states.map((name) => ({ name, sign: signs[name], isRed: isRed(name, rules) })),
    rows,
    cells,
    records,
    notices: noticesOf(grid).map(plainLine),
    red: redCells(grid, rules).length,
    gaps: grid.gaps?.length ?? 0,
  }
}

/** Texts by their index, made plainText when they come the first time: lines, whole texts, and words of a shell. */
function internedTexts() {
  const all: string[] = []
  const indexes = new Map<string, number>()
  const kind = (make: (text: string) => string) => {
    const known = new Map<string, number>()
    return (text: string): number => known.get(text) ?? remember(known, text, make(text))
  }
  const remember = (known: Map<string, number>, text: string, made: string): number => {
    const index = indexes.get(made) ?? all.push(made) - 1
    indexes.set(made, index)
    known.set(text, index)
    return index
  }
  return { all, line: kind(plainLine), text: kind(plainText), word: kind((word) => plainText(shellWords([word]))) }
}
