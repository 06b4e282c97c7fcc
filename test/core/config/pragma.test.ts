import { extract, parse } from 'jest-docblock'
import { expect, it } from 'vitest'
import { parsePragma } from '../../../packages/core/src/config/pragma.js'
import { suiteRuntime, suiteSelectors } from '../../../packages/core/src/config/suites.js'
import { failure } from '../failure.js'

it.each<[string, string[] | null]>([
  ['', null],
  ['it()', null],
  ['/** @glibc 2.31 */', ['2.31']],
  ['/* @glibc 2.31 */', ['2.31']],
  ['// @glibc 2.31 2.36', ['2.31', '2.36']],
  ['//@glibc 2.31', ['2.31']],
  ['/**\n * A suite.\n *\n * @glibc 2.31 2.36\n */\nit()', ['2.31', '2.36']],
  ['/**\r\n * @glibc >=2.34\r\n * text that goes on\r\n */', ['>=2.34']],
  ['/**\n @glibc >= 2.34 < 2.41, own\n*/', ['>=2.34 <2.41', 'own']],
  ['\n\n  \t/** @glibc 2.31 - 2.36 */', ['2.31 - 2.36']],
  ['\uFEFF/** @glibc 2.31 */', ['2.31']],
  ['#!/usr/bin/env node\n/** @glibc 2.31 */', ['2.31']],
  ['// a header\n// @glibc 2.31\n/** text */\nit()', ['2.31']],
  ['/** licence */\n// @glibc 2.31', ['2.31']],
  ['/**\n * @see text\n * @glibc !2.41\n */', ['!2.41']],
  ['/**\n * @glibc 2.31\n * @glibc own // why\n */', ['2.31', 'own']],
  ['/** @glibc-runtime 2.31 */', null],
  ['/**\n * @glibc-runtime 2.31\n * @glibc 2.36\n */', ['2.36']],
  ['/** @glibcs 2.31 */', null],
  ['/** @glibc_x 2.31 */', null],
  ['/** see @glibc 2.31 */', null],
  ['/** licence */\n/** @glibc 2.31 */', null],
  ['import a from "a"\n/** @glibc 2.31 */', null],
  ["'use strict'\n// @glibc 2.31", null],
  ['const text = `\n/** @glibc 2.31 */`', null],
  ['/** @glibc 2.31', null],
  ['// text\r// @glibc 2.31\rit()', ['2.31']],
])('%j has %j', (source, selectors) => {
  expect(parsePragma(source, 'a.test.ts')).toEqual(selectors)
})

it.each<[string, string, string]>([
  ['/** @glibc */', 'a.test.ts:1', 'nothing after @glibc'],
  ['/**\n * @glibc\n * 2.31\n */', 'a.test.ts:2', 'nothing after @glibc'],
  ['// @glibc', 'a.test.ts:1', 'nothing after @glibc'],
  ['/** @glibc // 2.31 */', 'a.test.ts:1', 'nothing after @glibc'],
  ['/** @glibc , */', 'a.test.ts:1', 'nothing after @glibc'],
  ['#!/bin/x\n\n// text\n/*\n\n * @glibc: 2.31 */', 'a.test.ts:6', "':'"],
  ['/** @glibc 2.31 and >=two */', 'a.test.ts:1', "'>=two'"],
  ['/**\r\n * @glibc >2.31 <\r\n */', 'a.test.ts:2', "'>2.31 <'"],
  ['/** @glibc "2.31" */', 'a.test.ts:1', '\'"2.31"\''],
  ['/** @glibc(2.31) */', 'a.test.ts:1', "'(2.31)'"],
])('refuses %j', (source, where, found) => {
  const error = failure(() => parsePragma(source, 'a.test.ts'))
  expect(error.code).toBe('PRAGMA_INVALID')
  expect(error.message).toContain(`${where}: found ${found}, expected `)
})

const before = ['', '\n', ' \t', '\uFEFF', '\r\n\r\n', "'use strict'\n", ';', 'x()\n', '/** first */\n', '/* first */']
const opening = ['/** ', '/**\n * ', '/**\r\n * ', '/* ', '/*\n', '/**\n\n   * text\n * ']
const key = ['@glibc ', '@glibc\t', '@glibc-runtime ', '@glibcs ', 'text @glibc ', ' @glibc   ']
const closing = [' */', '\n */', '\r\n */\n', '\n * @other x\n */ it()', '']

it("sees a block comment's pragma where jest-docblock sees it", () => {
  let seen = 0
  for (const source of before.flatMap((a) =>
    opening.flatMap((b) => key.flatMap((c) => closing.map((d) => `${a}${b}${c}2.31${d}`))),
  )) {
    const jest = parse(extract(source)).glibc
    seen += jest === undefined ? 0 : 1
    expect(parsePragma(source, 'a.test.ts'), JSON.stringify(source)).toEqual(jest === undefined ? null : ['2.31'])
  }
  expect(seen).toBeGreaterThan(200)
})

it('reads a long file with no end to its comments in no time', () => {
  const lines = '// text\n'.repeat(100_000)
  expect(parsePragma(`${lines}// @glibc 2.31`, 'a.test.ts')).toEqual(['2.31'])
  expect(parsePragma(`/*${' *'.repeat(200_000)}`, 'a.test.ts')).toBeNull()
  expect(parsePragma(' '.repeat(1_000_000), 'a.test.ts')).toBeNull()
})

const config = {
  root: '/p',
  suites: [
    { glob: 'test/**', selectors: ['>=2.31'] },
    { glob: './test/**/old*.test.ts', selectors: ['2.28'] },
    { glob: '/p/abs/*.ts', selectors: ['own'] },
    { glob: '**/.hidden/*.{ts,js}', selectors: ['!own'] },
  ],
}

it.each<[string, string, string[] | null]>([
  ['/p/test/a.test.ts', '', ['>=2.31']],
  ['test/a.test.ts', '', ['>=2.31']],
  ['/p/test/x/old-one.test.ts', '', ['2.28']],
  ['/p/abs/a.ts', '', ['own']],
  ['/p/x/.hidden/a.js', '', ['!own']],
  ['/p/src/a.test.ts', '', null],
  ['/q/test/a.test.ts', '', null],
  ['/p/test/a.test.ts', '// @glibc 2.41', ['2.41']],
])('%s with %j runs in %j', (file, source, selectors) => {
  expect(suiteSelectors(file, source, config)).toEqual(selectors)
})

it('names the file of a bad pragma as it is called in the project', () => {
  expect(failure(() => suiteSelectors('/p/test/a.test.ts', '\n// @glibc', config)).message).toContain(
    'test/a.test.ts:2',
  )
})

const runtime = (all: 'host' | 'node' | null) => ({
  root: '/p',
  runtime: { all, suites: all === null ? [{ glob: 'addon/**', runtime: 'node' as const }] : [] },
})

it.each<[string, string, 'host' | 'node' | null, 'host' | 'node']>([
  ['test/a.test.ts', '', null, 'host'],
  ['test/a.test.ts', '', 'node', 'node'],
  ['addon/a.test.ts', '', null, 'node'],
  ['addon/a.test.ts', '// @glibc-runtime host', null, 'host'],
  ['test/a.test.ts', '/**\n * @glibc 2.31\n * @glibc-runtime node\n */', null, 'node'],
  ['test/a.test.ts', 'import "a" // @glibc-runtime node', null, 'host'],
])('the Node of %s with %j and runtime %j is that of the %s', (file, source, all, expected) => {
  expect(suiteRuntime(file, source, runtime(all))).toBe(expected)
})

it.each(['', ' column'])('refuses `@glibc-runtime%s`, with file and line', (value) => {
  const error = failure(() => suiteRuntime('/p/test/a.test.ts', `// @glibc-runtime${value}\n`, runtime(null)))
  expect(error.code).toBe('PRAGMA_INVALID')
  expect(error.message).toContain(`test/a.test.ts:1: found ${value ? "'column'" : 'nothing'}`)
})
