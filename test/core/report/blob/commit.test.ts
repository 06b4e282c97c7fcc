import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { commitOf } from '../../../../packages/core/src/report/blob/commit.js'

const told = 'c'.repeat(40)

function repository(): { directory: string; git(...args: string[]): string } {
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true })
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@example.invalid', '-c', 'commit.gpgsign=false']
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', directory, ...identity, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
  git('init', '-q')
  writeFileSync(join(directory, 'file'), '')
  git('add', 'file')
  git('commit', '-qm', 'one')
  return { directory, git }
}

it('is what git says, of a branch, packed, detached, below the top and in a worktree', () => {
  const { directory, git } = repository()
  const head = git('rev-parse', 'HEAD')
  const below = join(directory, 'packages', 'one')
  mkdirSync(below, { recursive: true })
  expect(commitOf(below, { GITHUB_SHA: told })).toBe(head)
  git('pack-refs', '--all')
  expect(commitOf(directory, {})).toBe(head)
  git('commit', '--allow-empty', '-qm', 'two')
  expect(commitOf(directory, {})).toBe(git('rev-parse', 'HEAD'))
  git('worktree', 'add', '-q', '-b', 'other', 'tree', head)
  expect(commitOf(join(directory, 'tree'), {})).toBe(head)
  git('checkout', '-q', '--detach', head)
  expect(commitOf(directory, {})).toBe(head)
})

it('is what CI says where there is no repository, and else unknown', () => {
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true })
  expect(commitOf(directory, { CI_COMMIT_SHA: told })).toBe(told)
  expect(commitOf(directory, { GITHUB_SHA: 'main' })).toBe(null)
  expect(commitOf(directory, {})).toBe(null)
})
