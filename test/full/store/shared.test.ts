import { chmodSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, onTestFinished, test } from 'vitest'
import { storeContent } from '../../core/sysroot/store-content.js'
import { bin, glibcMatrix } from '../../e2e/cli/command.js'
import { digests, good, type Here } from '../../e2e/cli/here.js'
import { mirrorOf } from '../../e2e/cli/loopback-suite.js'
import { suiteOf } from './versions.js'

const isRoot = process.getuid?.() === 0
const storeOf = ({ env }: Here) => join(env.GLIBC_MATRIX_HOME as string, 'store')

/** Runs commands of ours by another program. */
function by(prefix: readonly string[], { cwd, env }: Here) {
  return async (...words: string[]) => {
    const [file, ...args] = [...prefix, process.execPath, bin, ...words] as [string, ...string[]]
    const { exitCode, stdout, stderr } = await execa(file, args, { cwd, env: { ...env, NO_COLOR: '1' }, reject: false })
    return { exitCode, stdout, stderr }
  }
}

test('a store that can’t be written serves what is in it, and says so of the rest', async () => {
  const { project } = await mirrorOf(await suiteOf('1'))
  const here = project({ sysroots: { v1: 'debian:mine', v2: { spec: 'debian:mine', packages: ['libc-bin', 'libx'] } } })
  await good(here, 'add', 'v1')
  const home = here.env.GLIBC_MATRIX_HOME as string
  const readOnly = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
  const unshare = isRoot ? ['unshare', '--mount'] : ['unshare', '--user', '--map-root-user', '--mount']
  const there = by([...unshare, 'sh', '-c', readOnly, home], here)
  for (const words of [
    ['list'],
    ['verify'],
    ['add', 'v1'],
    ['explain', '--sysroot', 'v1', '/bin/true'],
    ['run', '--sysroot', 'v1', '--', '/bin/true'],
  ]) {
    const { exitCode, stderr } = await there(...words)
    expect(exitCode, `${words.join(' ')}: ${stderr}`).toBe(0)
  }
  for (const words of [
    ['add', 'v2'],
    ['remove', 'v1'],
    ['update', 'v1'],
  ]) {
    const { exitCode, stderr } = await there(...words)
    expect(exitCode).toBe(1)
    expect(stderr, words.join(' ')).toContain('STORE_NOT_WRITABLE')
    expect(stderr).toContain('GLIBC_MATRIX_HOME')
  }
  expect(await digests(here)).toHaveLength(1)
})

test('a user without power over files adds, updates, collects and removes, though the trees are read-only', async () => {
  const { mirror, project } = await mirrorOf(await suiteOf('1'))
  const here = project()
  // Neither root nor its capabilities: the owner of the files, whom their modes bind.
  const user = by(['unshare', '--user', '--map-user=1000', '--map-group=1000'], here)
  const fine = async (...words: string[]) => {
    const { exitCode, stdout, stderr } = await user(...words)
    expect(exitCode, `${words.join(' ')}: ${stderr}`).toBe(0)
    return stdout
  }
  await fine('add')
  const [tree] = readdirSync(join(storeOf(here), 'trees')) as [string]
  const write = 'echo x > "$1/root/usr/new"'
  const { exitCode } = await execa(
    'unshare',
    ['--user', '--map-user=1000', 'sh', '-c', write, 'sh', join(storeOf(here), 'trees', tree)],
    { reject: false },
  )
  expect(exitCode).not.toBe(0)
  await mirror.publish(await suiteOf('2'))
  expect(await fine('update')).toContain('libc-bin 1 → 2')
  expect(await fine('gc')).toContain(`removed sysroot ${join(storeOf(here), 'trees', tree)}`)
  await fine('verify')
  // What a kill between the last step and the rename leaves is read-only already.
  const left = join(storeOf(here), 'scratch', 'debian-mine~killed', 'root')
  mkdirSync(join(left, 'lib'), { recursive: true })
  writeFileSync(join(left, 'lib', 'x'), '')
  for (const path of [join(left, 'lib'), left]) chmodSync(path, 0o555)
  await fine('gc')
  expect(await fine('remove', 'v1')).toContain('removed v1')
  expect(storeContent(here.env.GLIBC_MATRIX_HOME as string)).toEqual([])
})

test('an install of another machine is waited for while it gives signs of life, and no longer', async () => {
  const { project } = await mirrorOf(await suiteOf('1'))
  const here = project()
  await good(here, 'add')
  const key = (readdirSync(join(storeOf(here), 'index'))[0] as string).replace('.json', '')
  await good(here, 'remove', 'v1')
  const lock = join(storeOf(here), 'locks', key)
  const holder = { host: 'elsewhere', boot: 'another', namespace: 'pid:[1]', pid: 4711, start: '1' }
  writeFileSync(lock, JSON.stringify(holder))
  const beat = setInterval(() => utimesSync(lock, new Date(), new Date()), 1000)
  onTestFinished(() => {
    clearInterval(beat)
    rmSync(lock, { force: true })
  })
  const began = performance.now()
  let isDone = false
  const adding = glibcMatrix(['add'], here).finally(() => {
    isDone = true
  })
  // Longer than the silence after which one counts as gone.
  await new Promise((resolve) => setTimeout(resolve, 18_000))
  expect(isDone).toBe(false)
  clearInterval(beat)
  const { exitCode, stderr } = await adding
  expect(exitCode, stderr).toBe(0)
  expect(stderr).toContain('waiting for another install by process 4711 of elsewhere')
  expect(performance.now() - began).toBeGreaterThan(18_000)
  expect(await digests(here)).toHaveLength(1)
})
