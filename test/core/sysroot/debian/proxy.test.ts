import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { proxyFor } from '../../../../packages/core/src/sysroot/providers/debian/apt-settings.js'
import { fetchBytes } from '../../../../packages/core/src/sysroot/providers/debian/fetch.js'
import { rejection } from '../../failure.js'
import * as fake from './fake-archive.js'
import { machine } from './machine.js'

const proxyOf = (text: string, url = 'http://example.org/debian') =>
  proxyFor(url, machine({ 'etc/apt/apt.conf.d/80proxy': text }))?.host ?? null

test.each<[string, string | null]>([
  ['Acquire::http::Proxy "http://proxy.example.org:3128";', 'proxy.example.org:3128'],
  ['Acquire::http::Proxy "http://proxy.example.org:3128/"; // mine', 'proxy.example.org:3128'],
  ['acquire { HTTP { proxy "http://p.example.org:1"; }; };', 'p.example.org:1'],
  ['Acquire::http { Proxy "http://p.example.org:1"; Proxy::example.org "DIRECT"; }', null],
  ['Acquire::http::Proxy::example.org "http://own.example.org:2";', 'own.example.org:2'],
  ['Acquire::http::Proxy::other.org "http://own.example.org:2";', null],
  ['# Acquire::http::Proxy "http://p.example.org:1";', null],
  ['/* Acquire::http::Proxy "http://p.example.org:1"; */', null],
  ['Acquire::http::Proxy "DIRECT";', null],
  ['Acquire::https::Proxy "http://p.example.org:1";', null],
  ['Acquire::http::Proxy "http://p.example.org:1"; Acquire::http::Proxy "";', null],
  ['', null],
])('%s', (text, host) => {
  expect(proxyOf(text)).toBe(host)
})

test('https has a proxy of its own, else that of http', () => {
  expect(proxyOf('Acquire::http::Proxy "http://p.example.org:1";', 'https://example.org/')).toBe('p.example.org:1')
  const both = 'Acquire::http::Proxy "http://p.example.org:1"; Acquire::https::Proxy "DIRECT";'
  expect(proxyOf(both, 'https://example.org/')).toBe(null)
})

/** A proxy that passes plain requests on, refuses tunnels and notes what it was asked. */
async function proxy() {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim())
    request(incoming.url as string, (from) => {
      response.writeHead(from.statusCode as number, from.headers)
      from.pipe(response)
    }).end()
  })
  server.on('connect', (incoming, socket) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, host: `127.0.0.1:${(server.address() as AddressInfo).port}` }
}

test('a file comes through the proxy, redirects and refusals too', async () => {
  const { asked, host } = await proxy()
  const root = machine({ 'etc/apt/apt.conf': `Acquire::http::Proxy "http://me:pass%20word@${host}";` })
  const { url } = await fake.serve({
    x: 'body',
    moved: (response) => response.writeHead(302, { location: '/x' }).end(),
    round: (response) => response.writeHead(302, { location: '/round' }).end(),
  })
  const get = (path: string) => fetchBytes(`${url}/${path}`, { maxBytes: 100, machineRoot: root })
  expect(Buffer.from(await get('x')).toString()).toBe('body')
  expect(asked).toEqual([`GET ${url}/x Basic ${Buffer.from('me:pass word').toString('base64')}`])
  expect(Buffer.from(await get('moved')).toString()).toBe('body')
  expect((await rejection(get('none'))).details.status).toBe(404)
  expect((await rejection(get('round'))).message).toContain('redirects more than 5 times')
})

test('https asks for a tunnel, and says what the proxy answered', async () => {
  const { asked, host } = await proxy()
  const root = machine({ 'etc/apt/apt.conf': `Acquire::http::Proxy "http://${host}";` })
  const error = await rejection(fetchBytes('https://mirror.invalid/x', { maxBytes: 100, machineRoot: root }))
  expect(asked[0]).toBe('CONNECT mirror.invalid:443')
  expect(error.message).toContain('answered 403 to CONNECT')
})
