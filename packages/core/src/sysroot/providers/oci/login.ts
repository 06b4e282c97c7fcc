import { GlibcMatrixError } from '../../../errors.js'
import { readChallenges } from './challenge.js'
import type { Credentials } from './credentials.js'
import { failed, send, textOf } from './request.js'

const MAX_ANSWER = 2 ** 20

/** Who asks, and for what; credentials are looked up only when a registry wants some. */
export interface Login {
  readonly registry: string
  readonly repository: string
  readonly credentials: () => Promise<Credentials | null>
  readonly proxyFor: (url: string) => URL | null
}

/**
 * The `authorization` that answers a 401: Basic with the user's login, or a token (distribution spec, token authentication),
 * anonymous when there is no login.
 */
export async function authorize(response: Response, url: string, login: Login): Promise<string> {
  const challenges = readChallenges(response.headers.get('www-authenticate') ?? '')
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
  const credentials = await login.credentials()
  if (bearer !== undefined) return `Bearer ${await fetchToken(bearer.parameters, url, credentials, login)}`
  const basic = challenges.some(({ scheme }) => scheme === 'basic')
  if (basic && credentials?.kind === 'password') return basicOf(credentials)
  throw denied(
    login,
    basic ? 'it wants a login, and there is none' : `it asks for '${challenges[0]?.scheme ?? 'nothing'}'`,
  )
}

/** The error of a registry that says no. */
export function denied({ registry, repository }: Login, why: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'LOGIN_FAILED',
    `${registry} refuses to give ${repository}: ${why}`,
    `Check the name of the image; if it is private: docker login ${registry}, or podman login ${registry}.`,
    { registry, repository },
  )
}

async function fetchToken(
  parameters: Readonly<Record<string, string>>,
  url: string,
  credentials: Credentials | null,
  login: Login,
): Promise<string> {
  const realm = realmOf(parameters.realm, url)
  // The scope is what we need, not what the registry asks for.
  const query = new URLSearchParams({ scope: `repository:${login.repository}:pull` })
  if (parameters.service !== undefined) query.set('service', parameters.service)
  const { response } = await send({ ...tokenRequest(realm, query, credentials), proxyFor: login.proxyFor })
  const answer = await textOf(response, realm.href, MAX_ANSWER)
  if (response.status === 401 || response.status === 403) throw denied(login, `${realm.host} gives no token`)
  if (!response.ok) throw failed(realm.href, `the server answered ${response.status}`)
  const { token, access_token: accessToken } = parseToken(answer, realm.href)
  const found = token || accessToken
  if (typeof found !== 'string' || !/^[\x21-\x7e]+$/.test(found)) throw failed(realm.href, 'its answer holds no token')
  return found
}

function realmOf(realm: string | undefined, url: string): URL {
  try {
    if (realm !== undefined) return new URL(realm)
  } catch {}
  throw failed(url, `it wants a token of '${realm}'`)
}

function tokenRequest(realm: URL, query: URLSearchParams, credentials: Credentials | null) {
  if (credentials?.kind === 'identity') {
    const form = { grant_type: 'refresh_token', refresh_token: credentials.token, client_id: 'glibc-matrix' }
    const body = new URLSearchParams([...query, ...Object.entries(form)]).toString()
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    return { url: realm.href, method: 'POST' as const, headers, body }
  }
  const url = new URL(realm)
  for (const [name, value] of query) url.searchParams.set(name, value)
  return { url: url.href, headers: credentials === null ? {} : { authorization: basicOf(credentials) } }
}

function basicOf({ username, password }: Extract<Credentials, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
}

function parseToken(answer: Uint8Array, url: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(answer).toString('utf8')) ?? {}
  } catch {
    throw failed(url, 'its answer is no JSON')
  }
}
