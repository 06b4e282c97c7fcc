import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { listSysroots } from '../../../packages/core/src/sysroot/open-stored.js'
import { removeSysroot } from '../../../packages/core/src/sysroot/remove.js'
import { resolveSysroot, type SysrootRequest } from '../../../packages/core/src/sysroot/resolve.js'
import { storeDirectory } from '../../../packages/core/src/sysroot/store.js'
import { failure, rejection } from '../failure.js'
import * as fake from './debian/fake-archive.js'
import { temporary } from './debian/machine.js'
import { storeContent } from './store-content.js'

const child = fileURLToPath(new URL('install-child.mjs', import.meta.url))

let key: fake.Key
let packages: readonly fake.Package[]

beforeAll(async () => {
  key = await fake.makeKey('archive')
  packages = await fake.basePackages()
})

async function archive(change: (files: Record<string, fake.Answer>) => Record<string, fake.Answer> = (files) => files) {
  const files = fake.suiteFiles('mine', packages)
  const path = 'dists/mine/InRelease'
  const signed = { ...files, [path]: await fake.clearSign(files[path] as string, key) }
  const { url, asked } = await fake.serve(change(signed))
  const home = temporary()
  const keyring = join(temporary(), 'keys.asc')
  writeFileSync(keyring, key.armored)
  const request: SysrootRequest = { spec: 'debian:mine', mirrors: [url], keyring }
  return { request, asked, env: { GLIBC_MATRIX_HOME: home }, home }
}

function recordIn(home: string): string {
  const index = join(home, 'store', 'index')
  return join(index, readdirSync(index)[0] as string)
}

function start(request: SysrootRequest, home: string, wrapper: readonly string[] = []): ChildProcess {
  const argv = [...wrapper, process.execPath, child, JSON.stringify(request)]
  return spawn(argv[0] as string, argv.slice(1), {
    env: { ...process.env, GLIBC_MATRIX_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

async function answerOf(process: ChildProcess): Promise<{ path?: string; code?: string; digest?: string }> {
  const [out, err] = await Promise.all([
    text(process.stdout as NodeJS.ReadableStream),
    text(process.stderr as NodeJS.ReadableStream),
  ])
  if (out === '') throw new Error(`the child said nothing (${process.exitCode ?? process.signalCode}): ${err}`)
  return JSON.parse(out)
}

test('one directory for each: GLIBC_MATRIX_HOME, XDG_CACHE_HOME, ~/.cache', () => {
  expect(storeDirectory({ GLIBC_MATRIX_HOME: '/a', XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/a/store')
  expect(storeDirectory({ XDG_CACHE_HOME: '/b', HOME: '/c' })).toBe('/b/glibc-matrix/store')
  expect(storeDirectory({ XDG_CACHE_HOME: 'relative', HOME: '/c' })).toBe('/c/.cache/glibc-matrix/store')
})

test('what is installed is found without the network, listed and removed', async () => {
  const { request, env, home, asked } = await archive()
  expect(listSysroots(env)).toEqual([])
  const error = await rejection(resolveSysroot(request, { install: false, env }))
  expect(error.code).toBe('SYSROOT_MISSING')
  expect(error.hint).toContain('glibc-matrix add debian:mine')
  const sysroot = await resolveSysroot(request, { install: true, env })
  const requests = asked.length
  expect(await resolveSysroot(request, { install: false, env })).toEqual(sysroot)
  expect(await resolveSysroot({ ...request, name: 'old' }, { install: false, env })).toEqual({
    ...sysroot,
    name: 'old',
  })
  expect(asked).toHaveLength(requests)
  expect(listSysroots(env)).toEqual([sysroot])
  expect(await removeSysroot('debian:mine', env)).toEqual([{ name: sysroot.name, spec: 'debian:mine' }])
  expect(storeContent(home)).toEqual([])
  expect((await rejection(removeSysroot('debian:mine', env))).code).toBe('SYSROOT_NOT_FOUND')
})

test('the same packages give the same digest; other packages another place', async () => {
  const one = await archive()
  const two = await archive()
  const [first, second] = await Promise.all(
    [one, two].map(({ request, env }) => resolveSysroot(request, { install: true, env })),
  )
  expect(first?.digest).toBe(second?.digest)
  const more = await rejection(resolveSysroot({ ...one.request, packages: ['libx'] }, { install: false, env: one.env }))
  expect(more.code).toBe('SYSROOT_MISSING')
})

describe('damage', () => {
  test('a libc that was changed is told, and installed anew once it was removed', async () => {
    const { request, env } = await archive()
    const { libc, digest } = await resolveSysroot(request, { install: true, env })
    const good = readFileSync(libc.path)
    chmodSync(libc.path, 0o755)
    writeFileSync(libc.path, Buffer.concat([good, Buffer.from('x')]))
    for (const install of [false, true]) {
      const error = await rejection(resolveSysroot(request, { install, env }))
      expect(error.code).toBe('SYSROOT_DAMAGED')
      expect(error.message).toContain('libc')
    }
    expect(listSysroots(env)).toEqual([])
    await removeSysroot('debian:mine', env)
    expect((await resolveSysroot(request, { install: true, env })).digest).toBe(digest)
    expect(readFileSync(libc.path).equals(good)).toBe(true)
  })

  test.each([
    ['is cut short', '{"format": 2, "sysr'],
    ['is no record', 'null'],
    ['lacks its fields', '{"format": 2}'],
  ])('a record that %s is told, by its file', async (_, content) => {
    const { request, env, home } = await archive()
    await resolveSysroot(request, { install: true, env })
    const record = recordIn(home)
    writeFileSync(record, content)
    const error = await rejection(resolveSysroot(request, { install: true, env }))
    expect(error.code).toBe('SYSROOT_DAMAGED')
    expect(error.message).toContain(record)
    rmSync(record)
    expect(listSysroots(env)).toEqual([])
    expect((await resolveSysroot(request, { install: true, env })).spec).toBe('debian:mine')
  })

  test.each([
    ['is gone', null],
    ['is cut short', '{"format": 2, "fi'],
    ['names another file', (text: string) => text.replace('libc.so.6', 'libc.so.7')],
  ])('a manifest that %s is told', async (_, change) => {
    const { request, env } = await archive()
    const { path } = await resolveSysroot(request, { install: true, env })
    const manifest = join(path, '..', 'manifest.json')
    const text = readFileSync(manifest, 'utf8')
    rmSync(manifest)
    if (change !== null) writeFileSync(manifest, typeof change === 'string' ? change : change(text))
    expect((await rejection(resolveSysroot(request, { install: true, env }))).code).toBe('SYSROOT_DAMAGED')
    expect(listSysroots(env)).toEqual([])
  })

  test('a record or manifest of a newer format is refused by name', async () => {
    const { request, env, home } = await archive()
    const { path } = await resolveSysroot(request, { install: true, env })
    writeFileSync(join(path, '..', 'manifest.json'), '{"format": 99}')
    expect(failure(() => listSysroots(env)).code).toBe('FORMAT_TOO_NEW')
    writeFileSync(recordIn(home), '{"format": 99}')
    expect(failure(() => listSysroots(env)).code).toBe('FORMAT_TOO_NEW')
  })
})

test('many installs at once: one downloads, all get the same', async () => {
  const { request, env, home, asked } = await archive()
  const children = [1, 2, 3].map(() => start(request, env.GLIBC_MATRIX_HOME))
  const answers = await Promise.all(children.map(answerOf))
  expect(new Set(answers.map(({ digest }) => digest)).size).toBe(1)
  expect(answers[0]?.path).toContain(home)
  expect(asked.filter((path) => path.includes('libc6_'))).toHaveLength(1)
  expect(storeContent(home)).toHaveLength(1)
})

test('a killed install leaves nothing that counts, and the next one sweeps it', async () => {
  const slow = fake.poolPath('libc-bin', '1')
  let stalled = () => {}
  const reached = new Promise<void>((resolve) => {
    stalled = resolve
  })
  let hang = true
  const { request, env, home } = await archive((files) => ({
    ...files,
    [slow]: (response) => {
      if (!hang) return void response.end(files[slow])
      response.write('!')
      stalled()
    },
  }))
  const killed = start(request, env.GLIBC_MATRIX_HOME)
  await reached
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  expect(storeContent(home).filter((name) => name.startsWith('scratch/'))).toHaveLength(1)
  expect(listSysroots(env)).toEqual([])
  hang = false
  expect((await resolveSysroot(request, { install: true, env })).spec).toBe('debian:mine')
  expect(storeContent(home)).toHaveLength(1)
})

test('no room for a file is NO_SPACE, and nothing stays', async () => {
  const { request, env, home } = await archive()
  // A limit on the size of files (EFBIG) is the one lack of space that any user can bring about.
  const limited = ['sh', '-c', 'ulimit -f 1000; exec "$@"', 'sh']
  expect((await answerOf(start(request, env.GLIBC_MATRIX_HOME, limited))).code).toBe('NO_SPACE')
  expect(storeContent(home)).toEqual([])
})

test('a store that can’t be made is STORE_NOT_WRITABLE', async () => {
  const { request, env } = await archive()
  const blocked = join(env.GLIBC_MATRIX_HOME, 'file')
  writeFileSync(blocked, '')
  const error = await rejection(resolveSysroot(request, { install: true, env: { GLIBC_MATRIX_HOME: blocked } }))
  expect(error.code).toBe('STORE_NOT_WRITABLE')
  expect(error.message).toContain(blocked)
})

test('files can’t be written afterwards, and what is not ours in the store stays', async () => {
  const { request, env, home } = await archive()
  mkdirSync(join(home, 'store', 'notes'), { recursive: true })
  const { loader } = await resolveSysroot(request, { install: true, env })
  await removeSysroot('debian:mine', env)
  expect(existsSync(loader)).toBe(false)
  expect(existsSync(join(home, 'store', 'notes'))).toBe(true)
})
