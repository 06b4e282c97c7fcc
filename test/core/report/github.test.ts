import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeReports } from '@glibc-matrix/core'
import tmp from 'tmp'
import { expect, test } from 'vitest'
import { githubAnnotations, writeGithubSummary } from '../../../packages/core/src/report/github.js'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import { hostileGrid } from './hostile-grid.js'

tmp.setGracefulCleanup()
const directory = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-github-' }).name
const rules = { incompatible: 'fail', unproven: 'warn' } as const

test('an annotation for each reason, at the file in the repository', () => {
  expect(githubAnnotations(hostileGrid('x'), rules, '/repo/packages/a', '/repo')).toEqual([
    '::error file=packages/a/test/x.test.ts,title=fail on glibc v1::fail > x: fail: x',
    '::error file=packages/a/test/x.test.ts,title=incompatible on glibc v1::incompatible > x: incompatible: x',
    '::error file=packages/a/test/x.test.ts,title=missing on glibc v1::missing > x: missing: x',
    '::warning file=packages/a/test/x.test.ts,title=unproven on glibc v1::unproven > x: unproven: x',
  ])
})

test('hostile text starts no command of its own, and ends no property', () => {
  for (const line of githubAnnotations(hostileGrid(), rules, '/repo', '/repo')) {
    expect(line).not.toMatch(/[\r\n]/)
    const [, properties = ''] = /^::\w+ (.*?)::/.exec(line) ?? []
    expect(properties.split(',').map((each) => each.split('=')[0])).toEqual(['file', 'title'])
    expect(line).toContain('%250A')
  }
})

test('not more than GitHub shows, and one reason of many tests once', () => {
  const cell = (reason: string) => ({ state: 'fail' as const, reason, durationMs: 1, records: [] })
  const row = (index: number) => ({ suite: 'a.test.ts', test: `t${index}`, cells: { host: cell(`why ${index % 40}`) } })
  const rows = Array.from({ length: 400 }, (_, index) => row(index))
  const grid: Grid = { format: 1, columns: [{ name: 'host', spec: 'host', glibc: '2.36' }], rows }
  const lines = githubAnnotations(grid, rules, '/r', '/r')
  expect(lines.length).toBe(10)
  expect(lines[0]).toBe('::error file=a.test.ts,title=fail on glibc host::t0: why 0 (and 9 more)')
})

test('the summary is added to what is there, and never too large for GitHub', () => {
  const file = join(directory, 'summary.md')
  writeFileSync(file, 'before\n')
  writeGithubSummary(file, hostileGrid('x'), rules)
  expect(readFileSync(file, 'utf8')).toMatch(/^before\n### glibc-matrix: 3 red/)
  writeFileSync(file, 'x'.repeat(1024 * 1024 - 500))
  writeGithubSummary(file, hostileGrid('x'), rules)
  expect(readFileSync(file).length).toBeLessThan(1024 * 1024)
  expect(readFileSync(file, 'utf8')).toContain('too large')
})

test('in a job of GitHub alone, unless it is switched off', () => {
  const reports = { junit: null, html: null, markdown: null, github: 'auto' as const }
  const wanted = { ...rules, root: '/repo', outputFile: null, reports }
  const job = { GITHUB_ACTIONS: 'true', GITHUB_WORKSPACE: '/repo' }
  expect(writeReports(hostileGrid('x'), wanted, job)).toMatch(/^::error file=test\/x\.test\.ts,/)
  expect(writeReports(hostileGrid('x'), wanted, {})).toBe('')
  expect(writeReports(hostileGrid('x'), { ...wanted, reports: { ...reports, github: 'never' } }, job)).toBe('')
})
