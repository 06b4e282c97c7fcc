import { setTimeout } from 'node:timers/promises'
import { GlibcMatrixError } from '../../../errors.js'
import { fetchThroughProxy } from '../through-proxy.js'
import { isLoopback } from './loopback.js'

export interface RegistryRequest {
  readonly url: string
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: 'GET' | 'POST'
  readonly body?: string
  /** Which proxy leads to a URL; null for none. */
  readonly proxyFor?: (url: string) => URL | null
}

const IDLE_TIMEOUT = 30_000
const MAX_REDIRECTS = 5

/**
 * Sends a request and follows redirects itself: `authorization` stays with the origin that it was made for (registries redirect
 * to storage that must not see it), and nothing leaves TLS but for the loopback. Any status but a redirect is an answer; `url`
 * tells whose.
 */
export async function send(request: RegistryRequest): Promise<{ response: Response; url: string }> {
  let { url } = request
  let headers: Record<string, string> = { ...request.headers, 'accept-encoding': 'identity' }
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    requireSafe(url, request.url)
    const { method = 'GET', body = null } = request
    const response = await answer(url, { method, headers, body }, request.proxyFor?.(url) ?? null)
    if (![301, 302, 303, 307, 308].includes(response.status)) return { response, url }
    await response.body?.cancel().catch(() => {})
    const next = redirectTarget(response, url)
    if (method !== 'GET') throw failed(url, `it redirects a ${method} to ${next.origin}`)
    if (next.origin !== new URL(url).origin) {
      const { authorization: _, ...others } = headers
      headers = others
    }
    url = next.href
  }
  throw failed(request.url, `it redirects more than ${MAX_REDIRECTS} times`)
}

/** The body in pieces; a connection on which nothing comes for half a minute is dead. */
export async function* bodyOf(response: Response, url: string): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  try {
    for (;;) {
      const { value } = await withinTime(reader.read())
      if (value === undefined) return
      yield value
    }
  } catch (cause) {
    throw failed(url, reasonOf(cause), cause)
  } finally {
    reader.cancel().catch(() => {})
  }
}

/** A short body, whole. */
export async function textOf(response: Response, url: string, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of bodyOf(response, url)) {
    size += chunk.length
    if (size > maxBytes) throw failed(url, `its answer is longer than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** One DOWNLOAD_FAILED with the URL (without what a signed one carries) and the reason. */
export function failed(url: string, why: string, cause?: unknown): GlibcMatrixError {
  const shown = url.replace(/\?.*$/s, '')
  return new GlibcMatrixError(
    'DOWNLOAD_FAILED',
    `${shown} can't be had: ${why}`,
    'Check the network and the name of the registry; an image that was saved can be used by oci-layout:DIR.',
    { url: shown },
    cause,
  )
}

function requireSafe(url: string, asked: string): void {
  const { protocol, hostname } = new URL(url)
  if (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname) && isLoopback(new URL(asked).hostname)))
    return
  throw failed(asked, `it leads to ${protocol}//${hostname}, and plain http is for the loopback alone`)
}

function redirectTarget(response: Response, url: string): URL {
  const location = response.headers.get('location')
  try {
    if (location !== null) return new URL(location, url)
  } catch {}
  throw failed(url, `it redirects to '${location}'`)
}

type Asked = Required<Pick<RegistryRequest, 'method' | 'headers'>> & { readonly body: string | null }

async function answer(url: string, asked: Asked, proxy: URL | null): Promise<Response> {
  const controller = new AbortController()
  const { signal } = controller
  try {
    if (proxy !== null) return await withinTime(fetchThroughProxy(url, proxy, { ...asked, signal }))
    return await withinTime(fetch(url, { ...asked, signal, redirect: 'manual' }))
  } catch (cause) {
    controller.abort()
    throw failed(url, reasonOf(cause), cause)
  }
}

/** Raced against our own timer: in Node 20 the signal of a fetch does not always end a stalled body. */
async function withinTime<T>(work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = setTimeout(IDLE_TIMEOUT, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no data for ${IDLE_TIMEOUT / 1000} s`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    timer.abort()
    late.catch(() => {})
  }
}

/** undici says only 'fetch failed' and hides the reason in the chain of causes. */
function reasonOf(error: unknown): string {
  const messages: string[] = []
  for (let each = error; each instanceof Error && messages.length < 4; each = each.cause) {
    messages.push(each.message || (each as NodeJS.ErrnoException).code || each.name)
  }
  return messages.join(': ') || String(error)
}
