import { expect, test } from 'vitest'
import { few, type Outcome, searchFloor } from '../../../packages/core/src/survey/search-floor.js'

/** Columns from the oldest, one letter each: works, fails, unknown. */
async function search(columns: string) {
  const tried: number[] = []
  const outcomes: Record<string, Outcome> = { w: 'works', f: 'fails', u: 'unknown' }
  const { floor, outcomes: found } = await searchFloor(columns.length, async (index) => {
    tried.push(index)
    return outcomes[columns[index] as string] as Outcome
  })
  return { floor, tried, found: found.map((outcome) => outcome?.[0] ?? '.').join('') }
}

test.each([
  ['fffwww', 3],
  ['wwwwww', 0],
  ['ffffff', null],
  ['fwfwwu', 1],
  ['', null],
])('few columns are all tried, in their order: %s', async (columns, floor) => {
  expect(await search(columns)).toEqual({ floor, tried: [...columns].map((_, index) => index), found: columns })
})

test('of many, ordered ones, the floor wherever it is, with few tries and both neighbours among them', async () => {
  for (let count = few + 1; count <= 40; count++) {
    for (let floor = 0; floor < count; floor++) {
      const columns = 'f'.repeat(floor) + 'w'.repeat(count - floor)
      const { floor: found, tried, found: seen } = await search(columns)
      expect(found).toBe(floor)
      expect(new Set(tried).size).toBe(tried.length)
      expect(tried.length).toBeLessThanOrEqual(Math.ceil(Math.log2(count)) + 3)
      for (const neighbour of [floor - 1, floor + 1]) if (columns[neighbour]) expect(seen[neighbour]).not.toBe('.')
    }
  }
})

test.each([
  ['the newest fails', 'fffffffwwwf', 7],
  ['none works', 'ffffffffff', null],
  ['the newest proves nothing', 'ffffwwwwwwu', 4],
  ['one in the middle proves nothing', 'fffffuwwwww', 6],
  ['the neighbour above the floor fails', 'fffffwfw', 5],
  ['one column alone is broken', 'fffwfwwwww', 3],
])('all are tried, and the lowest that works is the floor, when %s', async (_, columns, floor) => {
  expect(await search(columns)).toMatchObject({ floor, found: columns })
})
