import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'test-results-parser'
import tmp from 'tmp'
import { expect, test } from 'vitest'
import { junitReport } from '../../../packages/core/src/report/junit.js'
import { hostileGrid } from './hostile-grid.js'

tmp.setGracefulCleanup()
const file = join(tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-junit-' }).name, 'junit.xml')
const rules = { incompatible: 'fail', unproven: 'fail' } as const

interface Read {
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly suites: readonly {
    readonly name: string
    readonly cases: readonly { name: string; status: string; failure: string }[]
  }[]
}

/** What a program that others use makes of it. */
function read(xml: string): Read {
  writeFileSync(file, xml)
  return parse({ type: 'junit', files: [file] }) as unknown as Read
}

test('a consumer sees a suite for each file and column, and no tick that is none', () => {
  const { suites, total, passed, failed, skipped } = read(junitReport(hostileGrid('x'), rules))
  expect(suites.map(({ name }) => name)).toEqual([
    'gaps',
    'test/x.test.ts [glibc host, 2.36]',
    'test/x.test.ts [glibc v1, 2.31]',
    'test/x.test.ts [glibc gone]',
  ])
  expect(suites[2]?.cases.map(({ name, status }) => [name, status])).toEqual([
    ['pass > x', 'PASS'],
    ['fail > x', 'FAIL'],
    ['incompatible > x', 'FAIL'],
    ['unproven > x', 'FAIL'],
    ['none > x', 'SKIP'],
    ['skip > x', 'SKIP'],
    ['missing > x', 'FAIL'],
  ])
  // It counts the skipped apart.
  expect({ total, passed, failed, skipped }).toEqual({ total: 13, passed: 8, failed: 5, skipped: 9 })
})

test('what the rules let pass is skipped, and never passed', () => {
  const { suites } = read(junitReport(hostileGrid('x'), { incompatible: 'allow', unproven: 'warn' }))
  expect(suites[2]?.cases.map(({ status }) => status)).toEqual(['PASS', 'FAIL', 'SKIP', 'SKIP', 'SKIP', 'SKIP', 'FAIL'])
})

test('hostile text stays text', () => {
  const xml = junitReport(hostileGrid(), rules)
  const { suites, total } = read(xml)
  expect(total).toBe(13)
  expect(suites[2]?.cases[0]?.name).toContain('<img src=x onerror=pwned=1>')
  expect(xml).not.toMatch(/<script|<img|\]\]>/)
  expect(xml).not.toMatch(/(?![\t\n])[\p{Cc}\p{Cs}\p{Bidi_Control}]/u)
})

test('the glibc is a property, and a failure tells how to see it by hand', () => {
  const xml = junitReport(hostileGrid('x'), rules)
  expect(xml).toContain('<property name="glibc.version" value="2.31"/>')
  expect(xml).toContain('by hand: /ld.so --library-path x /bin/x')
})
