import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { authorizationFor } from '../../../../packages/core/src/sysroot/providers/debian/apt-auth.js'
import { fetchBytes } from '../../../../packages/core/src/sysroot/providers/debian/fetch.js'
import { machine } from './machine.js'

const basic = (login: string, password: string) => `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`

test.each([
  ['machine example.org login apt password debian', true],
  ['machine example.org\nlogin apt\npassword debian\n', true],
  ['# machine example.org login no password no\nmachine example.org account x login apt password debian', true],
  ['machine example.org/deb login apt password debian', true],
  ['machine example.org/debian/ login apt password debian', true],
  ['machine https://example.org:443 login apt password debian', true],
  ['machine example.org/deb/ login apt password debian', false],
  ['machine example.org/ubuntu login apt password debian', false],
  ['machine example.orga login apt password debian', false],
  ['machine xexample.org login apt password debian', false],
  ['machine http://example.org login apt password debian', false],
  ['machine example.org:8443 login apt password debian', false],
  ['login apt password debian', false],
])('%s', (text, applies) => {
  const root = machine({ 'etc/apt/auth.conf': text })
  expect(authorizationFor('https://example.org/debian/dists/sid/InRelease', root)).toBe(
    applies ? basic('apt', 'debian') : null,
  )
})

test('the parts of auth.conf.d come after auth.conf, in order of their names, those called .conf alone', () => {
  const root = machine({
    'etc/apt/auth.conf.d/2.conf': 'machine example.org login two password x',
    'etc/apt/auth.conf.d/1.conf': 'machine example.org login one password x',
    'etc/apt/auth.conf.d/0.save': 'machine example.org login zero password x',
  })
  expect(authorizationFor('https://example.org/', root)).toBe(basic('one', 'x'))
  expect(authorizationFor('http://example.org/', root)).toBe(null)
})

/** A server that notes the headers it gets. */
async function noting(location?: string): Promise<{ url: string; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers)
    if (location === undefined) response.end('body')
    else response.writeHead(302, { location }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

test('a login is sent to its machine, and not to where that redirects', async () => {
  const other = await noting()
  const own = await noting(`${other.url}/x`)
  const root = machine({ 'etc/apt/auth.conf': `machine ${own.url} login apt password secret\n` })
  const bytes = await fetchBytes(`${own.url}/x`, { maxBytes: 100, machineRoot: root })
  expect(Buffer.from(bytes).toString()).toBe('body')
  expect(own.seen[0]?.authorization).toBe(basic('apt', 'secret'))
  expect(other.seen).toHaveLength(1)
  expect(other.seen[0]?.authorization).toBe(undefined)
})
