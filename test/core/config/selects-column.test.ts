import { expect, it } from 'vitest'
import { selectsColumn } from '../../../packages/core/src/config/selects-column.js'

const host = { name: 'host', glibc: '2.36' }
const old = { name: '2.31', glibc: '2.31' }
const fresh = { name: 'fresh', glibc: '2.41' }
const columns = [host, old, fresh]

it.each([
  [['host'], ['host']],
  [['2.31'], ['2.31']],
  [
    ['host', '2.31'],
    ['host', '2.31'],
  ],
  [['>=2.36'], ['host', 'fresh']],
  [['>=2.36', '!host'], ['fresh']],
  [['!2.31'], ['host', 'fresh']],
])('a block for %j runs in %j', (selectors, expected) => {
  const found = columns.filter((column) => selectsColumn(columns, column, selectors, false))
  expect(found.map(({ name }) => name)).toEqual(expected)
})

it('a selector that matches no column is refused, unless the columns were narrowed', () => {
  expect(() => selectsColumn(columns, old, ['2.99'], false)).toThrow(/describeGlibc\(\["2.99"\]\): '2.99' matches no/)
  expect(selectsColumn(columns, old, ['2.99'], true)).toBe(false)
})
