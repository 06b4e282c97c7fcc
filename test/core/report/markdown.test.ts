import { expect, test } from 'vitest'
import { markdownReport } from '../../../packages/core/src/report/markdown.js'
import { hostileGrid } from './hostile-grid.js'

const rules = { incompatible: 'fail', unproven: 'fail' } as const

test('a table whose rows are whole, the suite opened where columns differ, and each reason once', () => {
  const text = markdownReport(hostileGrid('x'), rules)
  expect(text).toMatch(/^### glibc-matrix: 4 red, 1 gap\n\n- x\n- The addon x can't load in v1\\: x\n/)
  expect(text).toContain('| | host \\(2.36\\) | v1 \\(2.31\\) | gone |\n| --- | --- | --- | --- |\n')
  expect(text).toContain('| **test/x.test.ts** | ✓ pass | ✗ fail | \\- skip |\n'.replace('\\-', '-'))
  expect(text).toContain('| &emsp;none &#62; x | ✓ pass | · none | - skip |\n')
  expect(text).toContain(
    '\n**✗ fail** test/x.test.ts &#62; fail &#62; x in v1: fail\\: x\n\n```sh\n/ld.so --library-path x /bin/x\n```\n',
  )
})

test('hostile text makes no row, cell, tag, link or end of a fence', () => {
  const text = markdownReport(hostileGrid(), rules)
  const outside = text.replace(/^(`{3,})sh\n[^\n]*\n\1$/gm, '')
  expect(outside).not.toMatch(/<|(?<!\\)`|(?<!\\)\]\(|(?<!\\)@/)
  const rows = text.split('\n').filter((line) => line.startsWith('|'))
  expect(rows.map((row) => row.replaceAll('\\|', '').split('|').length)).toEqual(rows.map(() => 6))
  expect(rows.length).toBe(2 + 1 + 7)
  for (const [, fence = '', line = ''] of text.matchAll(/^(`{3,})sh\n([^\n]*)\n\1$/gm))
    expect(line).not.toContain(fence)
})

test('no tests is no success', () => {
  expect(markdownReport({ format: 1, columns: [], rows: [] }, rules)).toMatch(/^### glibc-matrix: no tests ran\n/)
})
