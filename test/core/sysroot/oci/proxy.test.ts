import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { proxyFromEnvironment } from '../../../../packages/core/src/sysroot/providers/oci/proxy.js'
import { resolveSysroot } from '../../../../packages/core/src/sysroot/resolve.js'
import { failure, rejection } from '../../failure.js'
import { temporary } from '../debian/machine.js'

const registry = 'https://registry.example.org/v2/'
const HTTPS_PROXY = 'http://proxy.example.org:3128'

test.each<[string, Record<string, string>, string | null]>([
  [registry, { HTTPS_PROXY }, 'proxy.example.org:3128'],
  [registry, { https_proxy: HTTPS_PROXY }, 'proxy.example.org:3128'],
  [registry, { HTTPS_PROXY: 'proxy.example.org:3128' }, 'proxy.example.org:3128'],
  [registry, { HTTP_PROXY: HTTPS_PROXY }, null],
  ['http://registry.example.org/', { HTTP_PROXY: HTTPS_PROXY }, 'proxy.example.org:3128'],
  [registry, { HTTPS_PROXY: '' }, null],
  ['https://127.0.0.1:5000/', { HTTPS_PROXY }, null],
  ['https://localhost/', { HTTPS_PROXY }, null],
  [registry, { HTTPS_PROXY, NO_PROXY: '*' }, null],
  [registry, { HTTPS_PROXY, no_proxy: 'other.org, registry.example.org' }, null],
  [registry, { HTTPS_PROXY, NO_PROXY: 'EXAMPLE.ORG' }, null],
  [registry, { HTTPS_PROXY, NO_PROXY: '.example.org' }, null],
  [registry, { HTTPS_PROXY, NO_PROXY: '*.example.org' }, null],
  [registry, { HTTPS_PROXY, NO_PROXY: '.registry.example.org,ample.org,registry,' }, 'proxy.example.org:3128'],
  [registry, { HTTPS_PROXY, NO_PROXY: 'registry.example.org:443' }, null],
  [registry, { HTTPS_PROXY, NO_PROXY: 'registry.example.org:5000' }, 'proxy.example.org:3128'],
  ['https://10.1.2.3/', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8' }, null],
  ['https://11.1.2.3/', { HTTPS_PROXY, NO_PROXY: '10.0.0.0/8,10.0.0.0/99' }, 'proxy.example.org:3128'],
  ['https://[2001:db8::1]/', { HTTPS_PROXY, NO_PROXY: '[2001:db8::1]:443' }, null],
  ['https://[2001:db8::1]/', { HTTPS_PROXY, NO_PROXY: '[2001:db8::2]' }, 'proxy.example.org:3128'],
])('%s with %j', (url, env, host) => {
  expect(proxyFromEnvironment(url, env)?.host ?? null).toBe(host)
})

test.each(['socks5://p.example.org', 'https://p.example.org', 'http://[bad'])(
  'a proxy that is %s is refused',
  (value) => {
    const error = failure(() => proxyFromEnvironment(registry, { HTTPS_PROXY: value }))
    expect(error).toMatchObject({ code: 'DOWNLOAD_FAILED', message: expect.stringContaining('HTTPS_PROXY') })
  },
)

test('the password of a proxy is not told', () => {
  const error = failure(() => proxyFromEnvironment(registry, { HTTPS_PROXY: 'https://me:secret@p.example.org' }))
  expect(error.message).toContain('https://p.example.org')
  expect(error.message).not.toContain('secret')
})

test('a registry is asked for through the proxy, whose answer is told', async () => {
  const asked: string[] = []
  const server = createServer()
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '')
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const proxy = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const env = { GLIBC_MATRIX_HOME: temporary(), HOME: temporary(), HTTPS_PROXY: proxy }
  const add = (more: object) =>
    rejection(resolveSysroot({ spec: 'oci:registry.example.invalid/it' }, { install: true, env: { ...env, ...more } }))
  expect((await add({})).message).toContain('answered 403 to CONNECT')
  expect((await add({ NO_PROXY: 'example.invalid' })).message).toMatch(/ENOTFOUND|EAI_AGAIN/)
  expect(asked).toEqual(['registry.example.invalid:443'])
})
