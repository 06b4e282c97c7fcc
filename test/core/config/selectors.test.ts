import { expect, it } from 'vitest'
import { applyOnly, selectColumns } from '../../../packages/core/src/config/columns.js'
import { selectorFault, splitSelectors } from '../../../packages/core/src/config/selectors.js'
import { failure } from '../failure.js'

const columns = [
  { name: 'host', glibc: '2.36' },
  { name: '2.4', glibc: '2.4' },
  { name: 'bullseye', glibc: '2.31' },
  { name: '2.36', glibc: '2.36' },
  { name: 'own', glibc: '2.36.9000' },
  { name: '2.41', glibc: '2.41' },
]

it.each([
  ['2.31', 'bullseye'],
  ['bullseye', 'bullseye'],
  ['2.36', '2.36'],
  ['2.31, 2.41', 'bullseye 2.41'],
  ['2.41 2.31 2.41', 'bullseye 2.41'],
  ['host', ''],
  ['>=2.31', 'bullseye 2.36 own 2.41'],
  ['>= 2.31', 'bullseye 2.36 own 2.41'],
  ['>2.36', 'own 2.41'],
  ['<2.31', '2.4'],
  ['<=2.31', '2.4 bullseye'],
  ['=2.31', 'bullseye'],
  ['=2.36', '2.36'],
  ['>=2.31 <2.41', 'bullseye 2.36 own'],
  ['>2.4   <  2.36', 'bullseye'],
  ['2.31 - 2.36', 'bullseye 2.36'],
  ['<2.31, >=2.41', '2.4 2.41'],
  ['<2.31 || >=2.41', '2.4 2.41'],
  ['>=2.41 2.4', '2.4 2.41'],
  ['2.4 >=2.41', '2.4 2.41'],
  ['2.3 - 2.5 >=2.41', '2.4 2.41'],
  ['!2.36', '2.4 bullseye own 2.41'],
  ['!own !2.4', 'bullseye 2.36 2.41'],
  ['>=2.31 !own', 'bullseye 2.36 2.41'],
  ['!>=2.31 <2.41', '2.4 2.41'],
])('%s picks host and %s', (text, names) => {
  const expected = ['host', ...names.split(' ').filter(Boolean)]
  const selectors = splitSelectors(text)
  expect(selectors.map(selectorFault)).toEqual(selectors.map(() => null))
  expect(selectColumns(columns, selectors)).toEqual(expected)
  expect(applyOnly(columns, selectors).map(({ name }) => name)).toEqual(expected)
})

it.each([
  '>=',
  '>=2',
  '>=x',
  '>=2.x',
  '=>2.31',
  '>=2.31<2.41',
  '^2.31',
  '~2.31',
  '!',
  '!!2.31',
  '-',
  '2.31 -',
  '- 2.31',
  'a - b',
  '2.31 - 2.36 - 2.41',
  '*',
  '2.*',
  '"2.31"',
  '../2.31',
  '@glibc',
  ':',
  '>=2.31.1.1',
  '>=99999999.1',
])('%s is no selector', (text) => {
  expect(splitSelectors(text).map(selectorFault)).toContainEqual(expect.stringContaining('a'))
})

it.each(['2.32', '>=2.42', '>=2.41 <2.31', 'bookworm', '!2.32', '2.31-2.36', '2.36.9'])(
  '%s matches no column',
  (text) => {
    const error = failure(() => selectColumns(columns, ['2.31', ...splitSelectors(text)], 'test/a.test.ts:3'))
    expect(error.code).toBe('COLUMN_UNKNOWN')
    expect(error.message).toContain(`test/a.test.ts:3: '${text}' matches no column`)
    expect(error.message).toContain('host (2.36), 2.4, bullseye (2.31), 2.36, own (2.36.9000), 2.41')
  },
)

it('a selector may mean a column that GLIBC_MATRIX_ONLY took away', () => {
  const narrowed = applyOnly(columns, ['2.36'])
  expect(selectColumns(narrowed, ['2.31', '>=2.41'], 'a.test.ts:1', true)).toEqual(['host'])
  expect(selectColumns(narrowed, ['2.31', '>=2.36'], 'a.test.ts:1', true)).toEqual(['host', '2.36'])
  expect(selectColumns(narrowed, ['!2.31'], 'a.test.ts:1', true)).toEqual(['host', '2.36'])
  expect(failure(() => selectColumns(narrowed, ['2.31'], 'a.test.ts:1')).code).toBe('COLUMN_UNKNOWN')
})

it('a name wins over a version', () => {
  expect(selectColumns([...columns, { name: '2.31', glibc: '2.31' }], ['2.31'])).toEqual(['host', '2.31'])
})

it('a column that is not there may be the one meant, and is never left out by a guess', () => {
  const some = [...columns.slice(0, 3), { name: 'debian:trixie', glibc: null }]
  expect(selectColumns(some, ['2.41'])).toEqual(['host', 'debian:trixie'])
  expect(selectColumns(some, ['>=2.34'])).toEqual(['host', 'debian:trixie'])
  expect(selectColumns(some, ['!2.41'])).toEqual(['host', '2.4', 'bullseye', 'debian:trixie'])
  expect(failure(() => selectColumns(some, ['trixie'])).code).toBe('COLUMN_UNKNOWN')
})

it('no GLIBC_MATRIX_ONLY leaves all columns, one that matches nothing says so', () => {
  expect(applyOnly(columns, null)).toEqual(columns)
  expect(failure(() => applyOnly(columns, ['2.99'])).message).toContain('GLIBC_MATRIX_ONLY')
})
