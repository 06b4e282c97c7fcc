import { type IncomingMessage, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { connect } from 'node:tls'

/** What is sent, whichever way. */
export interface ProxiedRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly method?: 'GET' | 'POST'
  readonly body?: string | null
}

/** As `fetch` without following redirects, through an HTTP proxy: http by the whole URL, https by CONNECT (RFC 9110 9.3.6, RFC 9112 3.2). */
export async function fetchThroughProxy(url: string, proxy: URL, asked: ProxiedRequest): Promise<Response> {
  const message = await (url.startsWith('https:') ? tunnelled : plain)(new URL(url), proxy, asked)
  const { statusCode = 0, statusMessage = '', rawHeaders } = message
  const body = Readable.toWeb(message) as ReadableStream<Uint8Array>
  const headers = rawHeaders.flatMap((name, index, all): [string, string][] =>
    index % 2 === 0 ? [[name, all[index + 1] as string]] : [],
  )
  return new Response([204, 205, 304].includes(statusCode) ? null : body, {
    status: statusCode,
    statusText: statusMessage,
    headers,
  })
}

type Way = (url: URL, proxy: URL, asked: ProxiedRequest) => Promise<IncomingMessage>

const plain: Way = (url, proxy, { headers, signal, method = 'GET', body = null }) =>
  new Promise((resolve, reject) => {
    const all = { ...headers, host: url.host, ...loginOf(proxy) }
    request({ ...placeOf(proxy), method, path: url.href, headers: all, agent: false, signal }, resolve)
      .on('error', reject)
      .end(body ?? undefined)
  })

const tunnelled: Way = async (url, proxy, { headers, signal, method = 'GET', body = null }) => {
  const target = `${url.hostname}:${url.port || 443}`
  const socket = await new Promise<Socket>((resolve, reject) => {
    const all = { host: target, ...loginOf(proxy) }
    request({ ...placeOf(proxy), method: 'CONNECT', path: target, headers: all, agent: false, signal })
      .on('connect', ({ statusCode }, connected) => {
        if (statusCode === 200) return resolve(connected)
        connected.destroy()
        reject(new Error(`the proxy ${proxy.host} answered ${statusCode} to CONNECT`))
      })
      .on('error', reject)
      .end()
  })
  return new Promise((resolve, reject) => {
    // No `agent`, not even false: with one, Node makes a connection of its own, past the proxy.
    const createConnection = () => connect({ socket, servername: isIP(url.hostname) === 0 ? url.hostname : '' })
    secureRequest(url, { method, headers, createConnection, signal }, resolve)
      .on('error', (error) => {
        socket.destroy()
        reject(error)
      })
      .end(body ?? undefined)
  })
}

function placeOf(proxy: URL): { readonly host: string; readonly port: number } {
  return { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: Number(proxy.port || 80) }
}

function loginOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(login).toString('base64')}` }
}
