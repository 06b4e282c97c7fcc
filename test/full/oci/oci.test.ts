import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { resolveSysroot } from '../../../packages/core/src/sysroot/resolve.js'
import * as made from '../../core/sysroot/oci/image.js'
import { glibcMatrix, storeIn, temporaryDirectory } from '../../e2e/cli/command.js'
import { libcsOf } from '../grids.js'
import { runDemo } from './demo.js'
import { redHatEntries } from './red-hat-root.js'
import { type Registry, skopeoCopy, startRegistry } from './registry.js'
import { makeCertificate, startTokenServer } from './token-server.js'

const directory = temporaryDirectory()
const at = (name: string) => join(directory, name)
const layout = at('layout')
const login = { auth: Buffer.from('me:secret').toString('base64') }
/** bcrypt of `me:secret`, as htpasswd writes it. */
const htpasswd = 'me:$2b$04$wUzjRkBexJ82zrhl5UU2wOXynLTr/l6eYPzjGUMetw3tQVLaOs/PW\n'
let programs: Record<string, string>
let mine: Registry
const started: { stop(): unknown }[] = []

interface Column {
  readonly state: string
  readonly glibc: string
  readonly records: readonly { readonly proof: string; readonly libc: readonly string[]; readonly program: string }[]
}

beforeAll(async () => {
  const names = { bullseye: 'debian:bullseye', trixie: 'debian:trixie' }
  for (const [name, spec] of Object.entries(names)) {
    const { path } = await resolveSysroot({ spec }, { install: true })
    const gone = made.file('usr/lib64/libgone.so.1', 'lower')
    const upper = [
      made.file('usr/lib64/.wh.libgone.so.1', ''),
      made.link('usr/lib64/libtwin.so.1', 'usr/lib64/libgcc_s.so.1', 'link'),
    ]
    const image = made.imageOf([await made.gzipLayer([...redHatEntries(path), gone]), await made.plainLayer(upper)])
    const foreign = made.imageOf([await made.gzipLayer([made.file('etc/os-release', 'ID=other')])], 's390x')
    made.writeLayout(at(`${name}-layout`), { it: made.indexOf({ s390x: foreign, [made.arch]: image }) })
    // One layout with both, as skopeo writes it.
    await skopeoCopy(`oci:${at(`${name}-layout`)}:it`, `oci:${layout}:${name}`, '--all')
  }
  programs = await buildPrograms(at('programs'), ['print-libc', 'tells-libc', 'convert', 'starts-program'])
  writeFileSync(at('htpasswd'), htpasswd)
  mine = await startRegistry({ auth: { htpasswd: { realm: 'it', path: at('htpasswd') } } })
  started.push(mine)
  for (const name of Object.keys(names)) {
    const zstd = ['--all', '--dest-compress-format', 'zstd', '--dest-creds', 'me:secret']
    await skopeoCopy(`oci:${layout}:${name}`, `docker://${mine.host}/red/hat:${name}`, ...zstd)
  }
})

afterAll(async () => {
  for (const each of started) await each.stop()
})

/** The environment of a user with these logins and a store of its own. */
function user(name: string, auths: Record<string, unknown>, more: Record<string, string> = {}) {
  mkdirSync(at(name), { recursive: true })
  writeFileSync(join(at(name), 'config.json'), JSON.stringify({ auths }))
  return { ...storeIn(at(name)), DOCKER_CONFIG: at(name), ...more }
}

const add = (spec: string, env: Record<string, string>) => glibcMatrix(['add', spec], { env, cwd: directory })

async function run(spec: string, command: readonly string[], env: Record<string, string>) {
  const outcome = await glibcMatrix(['run', '--json', '--sysroot', spec, '--', ...command], { env, cwd: directory })
  if (outcome.stdout === '') throw new Error(outcome.stderr)
  return { ...outcome, column: (JSON.parse(outcome.stdout) as { columns: Column[] }).columns[0] as Column }
}

describe.each([
  ['bullseye', '2.31'],
  ['trixie', '2.41'],
])('an image of %s laid out as the Red Hat family does', (name, version) => {
  const sources: readonly (readonly [string, () => string])[] = [
    ['a registry with a login, layers of zstd', () => `oci:${mine.host}/red/hat:${name}`],
    ['an OCI layout, layers of gzip', () => `oci-layout:${layout}:${name}`],
  ]

  test.each(sources)('from %s runs programs, each proven', async (_, spec) => {
    const env = user(`user-${name}`, { [mine.host]: login })
    const added = await add(spec(), env)
    expect(added.stderr).not.toContain('error')
    const sysroot = await resolveSysroot({ spec: spec() }, { install: false, env })
    expect(sysroot.glibc).toBe(version)
    expect(sysroot.libraryPath).toEqual([join(sysroot.path, 'usr/lib64')])
    const held = readdirSync(join(sysroot.path, 'usr/lib64'))
    expect(held).toContain('libtwin.so.1')
    expect(held).not.toContain('libgone.so.1')
    expect(existsSync(join(sysroot.path, 'usr/bin'))).toBe(false)
    for (const command of [
      [programs['print-libc']],
      [programs['tells-libc'], '-', '-n', 'root'],
      [programs['tells-libc'], '-', '-i'],
      [programs.convert],
      ['sh', '-c', `${programs['print-libc']} && env -i ${programs['tells-libc']}`],
    ] as string[][]) {
      const { column, exitCode, stderr } = await run(spec(), command, env)
      expect({ state: column.state, glibc: column.glibc, exitCode }, `${command}\n${stderr}`).toEqual({
        state: 'pass',
        glibc: version,
        exitCode: 0,
      })
      expect(column.records.length).toBeGreaterThan(0)
      for (const { proof, libc } of column.records) {
        expect(proof).toBe('mapped')
        expect(libc).toEqual([sysroot.libc.path])
      }
    }
  })

  test('is the same from a registry as from a layout', async () => {
    const env = user(`same-${name}`, { [mine.host]: login })
    const [one, other] = await Promise.all(
      sources.map(([, spec]) => resolveSysroot({ spec: spec() }, { install: true, env })),
    )
    expect(one?.digest).toBe(other?.digest)
  })
})

test('the demo has the same cells from Debian, a registry and a layout, each tick with the libc of its column', async () => {
  const env = { ...user('demo', { [mine.host]: login }), GLIBC_MATRIX_ONLY: '' }
  const sysroots: Record<string, string> = {}
  for (const name of ['bullseye', 'trixie']) {
    sysroots[`${name}-debian`] = `debian:${name}`
    sysroots[`${name}-registry`] = `oci:${mine.host}/red/hat:${name}`
    sysroots[`${name}-layout`] = `oci-layout:${layout}:${name}`
  }
  const grid = await runDemo(at('demo'), sysroots, env)
  expect(grid.rows.length).toBeGreaterThan(7)
  const states = (column: string) => grid.rows.map(({ test, cells }) => `${test}: ${cells[column]?.state}`)
  for (const name of ['bullseye', 'trixie']) {
    expect(states(`${name}-debian`).join()).toMatch(/pass/)
    expect(states(`${name}-registry`)).toEqual(states(`${name}-debian`))
    expect(states(`${name}-layout`)).toEqual(states(`${name}-debian`))
  }
  expect(states('bullseye-registry')).toContain('uses-strlcpy: incompatible')
  const libcs = libcsOf(grid)
  for (const [name, spec] of Object.entries(sysroots)) {
    const { libc } = await resolveSysroot({ spec }, { install: false, env })
    expect(libcs[name]).toEqual([libc.path])
  }
})

test('the layers in the registry are of zstd, those of the layout of gzip', async () => {
  const source = ['--src-tls-verify=false', '--src-creds', 'me:secret']
  await skopeoCopy(`docker://${mine.host}/red/hat:trixie`, `dir:${at('zstd')}`, ...source)
  await skopeoCopy(`oci:${layout}:trixie`, `dir:${at('gzip')}`)
  for (const kind of ['zstd', 'gzip']) {
    const { layers } = JSON.parse(readFileSync(join(at(kind), 'manifest.json'), 'utf8'))
    const kinds = layers.map(({ mediaType }: { mediaType: string }) => mediaType.replace(/.*[+.]/, ''))
    expect(kinds).toEqual([kind, kind])
  }
})

test('without a login, with a wrong one: refused by name', async () => {
  const spec = `oci:${mine.host}/red/hat:trixie`
  const wrong = { auth: Buffer.from('me:wrong').toString('base64') }
  for (const env of [user('nobody', {}), user('wrong', { [mine.host]: wrong })]) {
    const { exitCode, stderr, stdout } = await add(spec, env)
    expect(exitCode).not.toBe(0)
    expect(stdout + stderr).toContain('LOGIN_FAILED')
  }
})

test('tokens: anonymous where everybody may pull, else by login', async () => {
  const tokens = await startTokenServer()
  started.push(tokens)
  const registry = await startRegistry({ auth: tokens.auth })
  started.push(registry)
  for (const name of ['open/it', 'closed/it']) {
    await skopeoCopy(
      `oci:${layout}:trixie`,
      `docker://${registry.host}/${name}:1`,
      '--all',
      '--dest-creds',
      'me:secret',
    )
  }
  tokens.scopes.length = 0
  const anybody = user('anybody', {})
  expect((await add(`oci:${registry.host}/open/it:1`, anybody)).exitCode).toBe(0)
  expect(tokens.scopes).toEqual(['repository:open/it:pull'])
  const refused = await add(`oci:${registry.host}/closed/it:1`, anybody)
  expect(refused.stdout + refused.stderr).toContain('LOGIN_FAILED')
  const me = user('me', { [registry.host]: login })
  expect((await add(`oci:${registry.host}/closed/it:1`, me)).exitCode).toBe(0)
})

test('TLS on the loopback is spoken, and its certificate is checked', async () => {
  const { certificate, key } = makeCertificate()
  const registry = await startRegistry({ tls: { certificate, key } })
  started.push(registry)
  await skopeoCopy(`oci:${layout}:trixie`, `docker://${registry.host}/it:1`, '--all')
  const spec = `oci:${registry.host}/it:1`
  const refused = await add(spec, user('distrusts', {}))
  expect(refused.stdout + refused.stderr).toMatch(/DOWNLOAD_FAILED[\s\S]*certificate/)
  expect((await add(spec, user('trusts', {}, { NODE_EXTRA_CA_CERTS: certificate }))).exitCode).toBe(0)
})

test('a registry elsewhere is reached through the proxy that HTTPS_PROXY names, its certificate checked as well', async () => {
  const { certificate, key } = makeCertificate('registry.example.invalid')
  const registry = await startRegistry({ tls: { certificate, key } })
  started.push(registry)
  await skopeoCopy(`oci:${layout}:trixie`, `docker://${registry.host}/it:1`, '--all')
  const proxy = await tunnelTo(registry.host)
  const spec = 'oci:registry.example.invalid/it:1'
  const trust = { NODE_EXTRA_CA_CERTS: certificate, HTTPS_PROXY: `http://me:pass%20word@${proxy.host}` }
  expect((await add(spec, user('behind a proxy', {}, trust))).exitCode).toBe(0)
  const login = `Basic ${Buffer.from('me:pass word').toString('base64')}`
  expect(new Set(proxy.asked)).toEqual(new Set([`registry.example.invalid:443 ${login}`]))
  const distrusts = await add(
    spec,
    user('behind a proxy that nobody trusts', {}, { HTTPS_PROXY: `http://${proxy.host}` }),
  )
  expect(distrusts.stdout + distrusts.stderr).toMatch(/DOWNLOAD_FAILED[\s\S]*certificate/)
  const without = await add(spec, user('excepted', {}, { ...trust, NO_PROXY: '.example.invalid' }))
  expect(without.stdout + without.stderr).toMatch(/DOWNLOAD_FAILED[\s\S]*(?:ENOTFOUND|EAI_AGAIN)/)
})

/** An HTTP proxy whose tunnels all lead to one place, and what was asked of it. */
async function tunnelTo(host: string): Promise<{ readonly host: string; readonly asked: readonly string[] }> {
  const asked: string[] = []
  const server = createServer((_, response) => response.writeHead(400).end())
  server.on('connect', (request, socket) => {
    asked.push(`${request.url} ${request.headers['proxy-authorization']}`)
    const [address, port] = host.split(':')
    const there = connect(Number(port), address, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      there.pipe(socket).pipe(there)
    })
    for (const end of [there, socket]) end.on('error', () => there.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  started.push({ stop: () => void server.close() })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
