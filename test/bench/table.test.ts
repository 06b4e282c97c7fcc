import { expect, test } from 'vitest'
import { docsTable, type Figure, readResults, renderAll, themes, unexplained } from './table.mjs'

const figure: Figure = {
  id: 'spawn.raw',
  what: 'one spawnSync',
  beside: 'raw ld.so',
  as: 'ratio',
  unit: 'µs',
  own: { median: 1254, low: 1200, high: 1300 },
  peer: { median: 1140, low: 1100, high: 1200 },
  result: { median: 1.1, low: 1.05, high: 1.2 },
  cpu: 1.15,
  goal: { atMost: 1 },
}

test('the docs show what the results say, of every theme', () => {
  const results = readResults()
  expect(results.map(({ theme }) => theme)).toEqual(themes)
  expect(docsTable()).toBe(renderAll(results))
})

test('every aim has a text, should it be missed', () => {
  expect(unexplained(readResults())).toEqual([])
})

test.each<[string, Partial<Figure>, string]>([
  ['a ratio', {}, '1.25 ms, 1.14 ms | 1.10 (1.05 to 1.20) | 1.15 | at most 1.00: missed by 10 %'],
  [
    'an aim that is met',
    { goal: { atMost: 1.1 } },
    '1.25 ms, 1.14 ms | 1.10 (1.05 to 1.20) | 1.15 | at most 1.10: met',
  ],
  [
    'a speed',
    { as: 'faster', result: { median: 15, low: 14, high: 16 }, cpu: null, goal: { atLeast: 20 } },
    '1.25 ms, 1.14 ms | 15.0 times as fast (14.0 to 16.0) |  | at least 20.0 times as fast: missed by 25 %',
  ],
  [
    'a difference',
    { as: 'beyond', result: { median: 114, low: 100, high: 120 }, cpu: null, goal: null },
    '1.25 ms, 1.14 ms | 114 µs (100 µs to 120 µs) |  | ',
  ],
  [
    'a rate',
    { as: 'rate', peer: null, result: { median: 797.4, low: 769, high: 833 }, cpu: null, goal: { atLeast: 500 } },
    '1.25 ms | 797 a second (769 to 833) |  | at least 500 a second: met',
  ],
])('%s as a row', (_, changed, cells) => {
  expect(rowsOf({ ...figure, ...changed })).toContain(`| one spawnSync | raw ld.so | ${cells} |`)
})

test('a peer that is missing is named, and a missed aim is explained', () => {
  expect(rowsOf({ id: 'spawn.bwrap', what: 'one spawnSync', beside: 'bwrap', missing: 'not installed' })).toContain(
    '| one spawnSync | bwrap | not measured: not installed |  |  |  |',
  )
  expect(rowsOf(figure).split('\n\n')).toHaveLength(4)
  expect(rowsOf({ ...figure, goal: { atMost: 2 } }).split('\n\n')).toHaveLength(3)
})

function rowsOf(one: Parameters<typeof renderAll>[0][number]['figures'][number]): string {
  const conditions = { date: '2026-11-24', node: 'v20.0.0', machine: 'x64', processors: 2, seconds: 1, others: 0 }
  return renderAll([{ theme: 'spawn', title: 'A start', ...conditions, figures: [one] }])
}
