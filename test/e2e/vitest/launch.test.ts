import { expect, it } from 'vitest'
import { readLaunch } from '../../../packages/vitest-environment-glibc/src/launch.mjs'

it.each([
  ['run', true],
  ['run --project list', true],
  ['bench', true],
  ['--run', true],
  ['--no-watch a.test.ts', true],
  ['--watch=false', true],
  ['list', false],
  ['list --json', false],
  ['watch', false],
  ['dev', false],
  ['--watch', false],
  ['-w', false],
  ['--root packages/a --watch', false],
  ['--merge-reports', false],
  ['--mergeReports=blobs', false],
])('vitest %s may install: %s', (args, mayInstall) => {
  expect(launch(args).mayInstall).toBe(mayInstall)
})

it('leaves it to the config where the command line says nothing', () => {
  expect(launch('a.test.ts', true).mayInstall).toBe(false)
  expect(launch('a.test.ts', false).mayInstall).toBe(true)
})

it('reads mode and root', () => {
  expect(launch('run --root packages/a --mode=staging')).toMatchObject({ root: 'packages/a', mode: 'staging' })
  expect(launch('run -r b')).toMatchObject({ root: 'b', mode: undefined })
})

it('takes nothing from the command line of another program', () => {
  const argv = ['node', '/srv/build.mjs', 'list', '--merge-reports', '--root', 'x']
  expect(readLaunch(argv, false)).toEqual({ mayInstall: true, merges: false, mode: undefined, root: undefined })
})

function launch(args: string, configuredWatch?: boolean) {
  return readLaunch(['node', '/project/node_modules/.bin/vitest', ...args.split(' ')], configuredWatch)
}
