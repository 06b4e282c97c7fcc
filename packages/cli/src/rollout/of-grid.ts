import { type ComparedTest, compareColumns, readGrid } from '@glibc-matrix/core'
import { print, printJson } from '../output/print.js'

/** Two columns of a suite's grid file, test by test. Exit 1 when one breaks, or can't be told. */
export async function compareGridFile(file: string, from: string, to: string, json: boolean): Promise<number> {
  const tests = compareColumns(readGrid(file), from, to)
  if (json) await printJson({ format: 1, from, to, tests })
  else await print(describe(tests, from, to))
  return tests.some(({ outcome }) => outcome === 'breaks' || outcome === 'undecided') ? 1 : 0
}

function describe(tests: readonly ComparedTest[], from: string, to: string): string {
  const titles = [
    ['breaks', `✗ breaks: passes on ${from}, not on ${to}`],
    ['undecided', '? undecided: nothing was proven on one of both'],
    ['only-to', `+ only on ${to}`],
    ['neither', '· on neither'],
  ] as const
  const sections = titles.flatMap(([outcome, title]) => {
    const found = tests.filter((test) => test.outcome === outcome)
    if (found.length === 0) return []
    return [`${title} (${found.length})`, ...found.flatMap(linesOf), '']
  })
  const count = tests.filter(({ outcome }) => outcome === 'both').length
  const all = tests.filter(({ outcome }) => outcome !== 'none').length
  return `${[...sections, `✓ on both: ${count} of ${all}`].join('\n')}\n`
}

function linesOf({ suite, test, outcome, from, to }: ComparedTest): string[] {
  const reason = outcome === 'only-to' ? from : (to ?? from)
  return [`  ${suite} > ${test}`, ...(reason === null ? [] : [`      ${reason}`])]
}
