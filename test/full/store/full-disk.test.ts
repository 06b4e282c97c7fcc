import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { bin, temporaryDirectory } from '../../e2e/cli/command.js'
import { mirrorOf } from '../../e2e/cli/loopback-suite.js'
import { suiteOf } from './versions.js'

/** In a mount namespace: adds to a store that is full, looks at it, then adds with room. */
const script = `
mount -t tmpfs -o "$1" none "$GLIBC_MATRIX_HOME" || exit 9
shift
"$@" add; echo "status $?"
"$@" list --json
find "$GLIBC_MATRIX_HOME" -path '*/scratch/*' -o -path '*/locks/*' -o -path '*/trees/*/root' -o -name '*~*' | sed 's/^/left /'
mount -o remount,size=64m,nr_inodes=10000 "$GLIBC_MATRIX_HOME" || exit 9
"$@" add --frozen >/dev/null && echo missing
"$@" add && "$@" verify
`

const unshare = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount']

test.each([
  'size=4k',
  'size=16k',
  'size=64k',
  'size=512k',
  'size=1m',
  'size=2m',
  'size=64m,nr_inodes=3',
  'size=64m,nr_inodes=10',
  'size=64m,nr_inodes=20',
  'size=64m,nr_inodes=30',
  'size=64m,nr_inodes=40',
  'size=64m,nr_inodes=50',
])('a store on a file system of %s is told to be full, and as empty as before', async (size) => {
  const { project } = await mirrorOf(await suiteOf('1'))
  const { cwd, env } = project()
  const home = temporaryDirectory()
  const argv = [...unshare, 'sh', '-c', script, 'sh', size, process.execPath, bin]
  const { stdout, stderr, exitCode } = await execa('unshare', argv, {
    cwd,
    env: { ...env, GLIBC_MATRIX_HOME: home },
    reject: false,
  })
  expect(exitCode, stderr).toBe(0)
  expect(stderr).toMatch(/NO_SPACE: There is no space left/)
  const [status, listed, ...rest] = stdout.split('\n')
  expect(status).toBe('status 1')
  expect(listed).toBe('[]')
  expect(rest.filter((line) => line.startsWith('left '))).toEqual([])
  expect(rest).not.toContain('missing')
  expect(rest.at(-1)).toContain('every file as installed')
  expect(rest.join('\n')).toContain(join(home, 'store', 'trees'))
})
