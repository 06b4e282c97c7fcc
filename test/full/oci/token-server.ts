import { execFileSync } from 'node:child_process'
import { createSign, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { dirSync } from 'tmp'

const ISSUER = 'glibc-matrix-test'
const SERVICE = 'the registry'

/** A certificate of 127.0.0.1 that signs itself, and its key. */
export function makeCertificate(name?: string): { readonly certificate: string; readonly key: string } {
  const directory = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-cert-' }).name
  const [certificate, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')]
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1']
  const names = ['-addext', `subjectAltName=IP:127.0.0.1${name === undefined ? '' : `,DNS:${name}`}`]
  execFileSync('openssl', [...request, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' })
  return { certificate, key }
}

/**
 * Gives tokens for a registry as the distribution spec's token authentication has it: to everybody for pulling what is
 * `open/…`, for anything else to the user `me` alone.
 */
export async function startTokenServer() {
  const { certificate, key } = makeCertificate()
  const scopes: string[] = []
  const server = createServer((request, response) => {
    const scope = new URL(request.url ?? '', 'http://it').searchParams.get('scope') ?? ''
    scopes.push(scope)
    const isMine = request.headers.authorization === `Basic ${Buffer.from('me:secret').toString('base64')}`
    if (request.headers.authorization !== undefined && !isMine) return response.writeHead(401).end()
    const [type = '', name = '', actions = ''] = scope.split(':')
    const granted = isMine ? actions.split(',') : name.startsWith('open/') ? ['pull'] : []
    return response.end(JSON.stringify({ token: tokenOf({ type, name, actions: granted }, certificate, key) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const realm = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`
  const auth = { token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: certificate } }
  return { auth, scopes, stop: () => server.close() }
}

/** A JWT whose header carries the certificate (RFC 7515, x5c). */
function tokenOf(access: unknown, certificate: string, key: string): string {
  const x5c = [readFileSync(certificate, 'utf8').replace(/-----[^-]+-----|\s/g, '')]
  const now = Math.floor(Date.now() / 1000)
  const times = { nbf: now - 60, iat: now - 60, exp: now + 300 }
  const claims = { iss: ISSUER, sub: 'it', aud: SERVICE, jti: randomUUID(), ...times, access: [access] }
  const text = [{ typ: 'JWT', alg: 'RS256', x5c }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${createSign('RSA-SHA256').update(text).sign(readFileSync(key), 'base64url')}`
}
