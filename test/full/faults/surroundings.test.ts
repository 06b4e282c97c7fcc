import { mkdirSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { execa } from 'execa'
import tmp from 'tmp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compile } from '../fixture-programs.js'
import { bin, removeStore, root } from './suite.js'

/** A command in a mount namespace whose directories fail it; not below /tmp, which some of them hide. */
const { name: directory } = tmp.dirSync({ tmpdir: '/var/tmp', prefix: 'glibc-matrix-faults-' })
/** Where the checkout is seen in the namespace: it may lie below /tmp itself. */
const checkout = join(directory, 'checkout')
const shownBin = join(checkout, relative(root, bin))
const isRoot = process.getuid?.() === 0
const enter = isRoot ? ['unshare', '-m'] : ['unshare', '-rmpf', '--mount-proc']
const archive = join(directory, '2.31.sysroot.tar.gz')
const home = join(directory, 'home')
const columns = `host,archive:${archive}`
const survived: string[] = []

let env: Record<string, string>
let program: string

beforeAll(async () => {
  // Programs in /tmp would be hidden with it.
  const compiled = await compile('tells-libc')
  program = join(directory, 'tells-libc')
  await execa('cp', [join(compiled, 'tells-libc'), program])
  await execa(process.execPath, [bin, 'add', 'debian:bullseye'])
  await execa(process.execPath, [bin, 'pack', 'debian:bullseye', '--out', archive])
  env = {
    PATH: process.env.PATH ?? '',
    HOME: directory,
    NO_COLOR: '1',
    GLIBC_MATRIX_HOME: home,
    NODE: process.execPath,
  }
  await execa(process.execPath, [bin, 'add', `archive:${archive}`], { cwd: directory, env, extendEnv: false })
  mkdirSync(join(directory, 'small'))
  mkdirSync(checkout)
})

afterAll(async () => {
  await removeStore(directory)
  console.log(`faults survived\n  surroundings: ${survived.length}`)
})

const proven = ['pass', 'pass']
const plain = './tells-libc && ./tells-libc'
const small = 'mount -t tmpfs -o size=64k small'

const refused = `"$NODE" ${bin} remove archive:${archive} 2>&1 | grep -q SYSROOT_IN_USE`

/** What the surroundings are made by, what runs in them, and the cells of both columns, or the error's code. */
const cases: readonly (readonly [string, string, string, readonly string[] | string])[] = [
  ['nothing amiss', ':', plain, proven],
  ['a full /tmp', `${small} /tmp`, plain, 'NO_SPACE'],
  ['a full /tmp and /dev/shm', `${small} /tmp && ${small} /dev/shm`, plain, 'NO_SPACE'],
  ['/tmp noexec', 'mount -t tmpfs -o noexec none /tmp', plain, proven],
  ['/tmp read-only', 'mount -t tmpfs -o ro none /tmp', plain, proven],
  [
    '/tmp and /dev/shm read-only',
    'for d in /tmp /dev/shm; do mount -t tmpfs -o ro none $d; done',
    plain,
    'SEAL_FAILED',
  ],
  ['/tmp where others may rename', 'mount -t tmpfs -o mode=777 none /tmp && rm -rf /tmp/*', plain, proven],
  // Which line of the journal is the first without room is up to the page that it falls into.
  [
    'a disk that fills during the run',
    'mount -t tmpfs -o size=3m none /tmp',
    `./tells-libc; head -c 9m /dev/zero > /tmp/fill; for i in ${'1 '.repeat(20)}; do ./tells-libc; done; rm /tmp/fill`,
    'JOURNAL_MALFORMED',
  ],
  ['a read-only store', 'mount --bind home home && mount -o remount,ro,bind home', plain, proven],
  ['a read-only HOME', 'mount --rbind . . && mount -o remount,ro,bind . && cd .', plain, proven],
  ['no /proc', 'mount -t tmpfs none /proc', plain, 'PLATFORM_UNSUPPORTED'],
  [
    'no /proc for a program',
    ':',
    'unshare -m sh -c "mount -t tmpfs none /proc; exec ./tells-libc"',
    ['unproven', 'unproven'],
  ],
  ['64 descriptors', 'ulimit -n 64', plain, proven],
  ['no descriptor left for a program', ':', `bash -c 'ulimit -n 3; exec ./tells-libc'; true`, ['unproven', 'unproven']],
  ['no file may grow', 'ulimit -c 0', "sh -c 'ulimit -f 0; ./tells-libc' && ./tells-libc", proven],
  ['little memory', ':', "sh -c 'ulimit -v 200000; ./tells-libc'", proven],
  ['no network', 'exec unshare -n "$0" "$@"', plain, proven],
  ['processes of others hidden', 'mount -t proc -o hidepid=2 none /proc', plain, proven],
  ['no HOME', 'unset HOME', plain, proven],
  ['a directory that is gone', 'mkdir gone && cd gone && rmdir ../gone', plain, 'USAGE'],
  ['a sysroot that another process wants to remove', ':', `${refused} && ${plain}`, proven],
  ['the sysroot removed by hand', ':', 'rm -rf home/store/trees; ./tells-libc; true', 'SYSROOT_MISSING'],
]

describe('a run with', () => {
  it.each(cases)('%s', async (name, surroundings, command, expected) => {
    const inside = `cd ${directory} && mount --bind ${root} ${checkout} && ${surroundings} && exec "$0" "$@"`
    const args = [
      'sh',
      '-c',
      inside,
      process.execPath,
      shownBin,
      'run',
      '--json',
      '--sysroot',
      columns,
      '--',
      'sh',
      '-c',
    ]
    const [file = '', ...rest] = [...enter, ...args, command]
    const { stdout, stderr } = await execa(file, rest, { env, extendEnv: false, reject: false, timeout: 60_000 })
    const all = `${stdout}\n${stderr}`
    expect(all).not.toMatch(/INTERNAL|^\s+at .+:\d+:\d+/m)
    if (typeof expected === 'string') expect(all).toMatch(`glibc-matrix: ${expected}: `)
    else expect([statesOf(stdout), all]).toEqual([expected, all])
    survived.push(name)
  })
})

/** The store that an install can't be written to, and how that ends. */
const installs: readonly (readonly [string, string, string])[] = [
  ['a full disk', 'mount -t tmpfs -o size=4m none small', 'NO_SPACE'],
  ['a read-only disk', 'mount -t tmpfs -o ro none small', 'STORE_NOT_WRITABLE'],
  ['no network', 'exec unshare -n "$0" "$@"', 'DOWNLOAD_FAILED'],
]

describe('an install with', () => {
  it.each(installs)(
    '%s ends in a clear error, leaves nothing, and succeeds afterwards',
    async (name, surroundings, code) => {
      const spec = code === 'DOWNLOAD_FAILED' ? 'debian:bullseye' : `archive:${archive}`
      const store = join(directory, 'small')
      const inside = `cd ${directory} && { ${surroundings}; }; "$@"; status=$?; find small -type f >&2; exit $status`
      const script = surroundings.startsWith('exec') ? `cd ${directory} && ${surroundings}` : inside
      const first = surroundings.startsWith('exec') ? process.execPath : 'sh'
      const words = [process.execPath, bin, 'add', spec].slice(surroundings.startsWith('exec') ? 1 : 0)
      const [file = '', ...rest] = [...enter, 'sh', '-c', script, first, ...words]
      const options = { env: { ...env, GLIBC_MATRIX_HOME: store }, extendEnv: false, reject: false } as const
      const { stderr, exitCode } = await execa(file, rest, options)
      expect(stderr).toMatch(`glibc-matrix: ${code}: `)
      expect(stderr).not.toMatch(/^small\/.*/m)
      expect(exitCode).toBe(1)
      expect(readdirSync(store, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())).toEqual([])
      const again = await execa(process.execPath, [bin, 'add', `archive:${archive}`], options)
      expect(again.exitCode).toBe(0)
      await removeStore(store)
      mkdirSync(store)
      survived.push(name)
    },
  )
})

it('64 workers at once: every one of their spawns is proven', async () => {
  const crowd = join(import.meta.dirname, 'crowd.mjs')
  const args = [crowd, program, `archive:${archive}`, '64', '10']
  const { stdout } = await execa(process.execPath, args, { cwd: directory, env, extendEnv: false })
  expect(JSON.parse(stdout)).toEqual({ host: { pass: 64, records: 1280 }, '2.31': { pass: 64, records: 1280 } })
  survived.push('64 workers')
})

function statesOf(stdout: string): string[] {
  const { columns } = JSON.parse(stdout) as { columns: { state: string }[] }
  return columns.map(({ state }) => state)
}
