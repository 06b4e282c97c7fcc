import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { GlibcMatrixError } from '../../../errors.js'
import { fetchThroughProxy } from '../through-proxy.js'
import { authorizationFor } from './apt-auth.js'
import { proxyFor } from './apt-settings.js'

export interface FetchLimits {
  /** A longer answer is an error: a mirror never makes us hold more than this, in bytes. */
  readonly maxBytes: number
  readonly onBytes?: (done: number) => void
  /** No byte for this long is a dead connection, in milliseconds. */
  readonly idleTimeout?: number
  /** Whose apt knows logins and proxies; none without it. */
  readonly machineRoot?: string
}

const IDLE_TIMEOUT = 30_000
const ATTEMPTS = 2

/** Gets a file whole. A failure is one DOWNLOAD_FAILED with the URL and, when a server answered, its `status`. */
export async function fetchBytes(url: string, limits: FetchLimits): Promise<Uint8Array> {
  if (url.startsWith('file:')) return readLocal(url)
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetchOnce(url, limits)
    } catch (error) {
      if (attempt >= ATTEMPTS || (error instanceof Refusal && !error.transient)) throw failed(url, error, attempt)
    }
  }
}

async function readLocal(url: string): Promise<Uint8Array> {
  try {
    return await readFile(fileURLToPath(url))
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    throw failed(url, missing ? new Refusal('no such file', 404) : error, 1)
  }
}

/**
 * Every wait is raced against our own timer: in Node 20 the signal of a fetch no longer ends a stalled body once the request
 * has been collected as garbage.
 */
async function fetchOnce(url: string, limits: FetchLimits): Promise<Uint8Array> {
  const idle = limits.idleTimeout ?? IDLE_TIMEOUT
  const controller = new AbortController()
  try {
    const response = await withinTime(open(url, limits.machineRoot, controller.signal), idle)
    if (!response.ok || response.body === null) {
      throw new Refusal(`the server answered ${response.status} ${response.statusText}`.trim(), response.status)
    }
    const reader = response.body.getReader()
    const chunks: Uint8Array[] = []
    let done = 0
    for (;;) {
      const { value } = await withinTime(reader.read(), idle)
      if (value === undefined) return Buffer.concat(chunks)
      done += value.length
      if (done > limits.maxBytes)
        throw new Refusal(`the answer is longer than ${limits.maxBytes} bytes`, response.status)
      chunks.push(value)
      limits.onBytes?.(done)
    }
  } catch (error) {
    controller.abort()
    throw error
  }
}

const MAX_REDIRECTS = 5

/** Follows redirects itself: each place has its own login and proxy, and none is sent to another. */
async function open(url: string, machineRoot: string | undefined, signal: AbortSignal): Promise<Response> {
  let place = url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const authorization = machineRoot === undefined ? null : authorizationFor(place, machineRoot)
    const headers: Record<string, string> = authorization === null ? {} : { authorization }
    const proxy = machineRoot === undefined ? null : proxyFor(place, machineRoot)
    const response = await (proxy === null
      ? fetch(place, { headers, signal, redirect: 'manual' })
      : fetchThroughProxy(place, proxy, { headers, signal }))
    const location = response.headers.get('location')
    if (![301, 302, 303, 307, 308].includes(response.status) || location === null) return response
    await response.body?.cancel().catch(() => {})
    const next = new URL(location, place)
    const isSafe = next.protocol === 'https:' || (next.protocol === 'http:' && !place.startsWith('https:'))
    if (!isSafe) throw new Refusal(`it redirects to ${next.protocol}//${next.host}`, response.status)
    place = next.href
  }
  throw new Refusal(`it redirects more than ${MAX_REDIRECTS} times`, 310)
}

async function withinTime<T>(work: Promise<T>, milliseconds: number): Promise<T> {
  const timer = new AbortController()
  const late = setTimeout(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no data for ${milliseconds / 1000} s`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    timer.abort()
    late.catch(() => {})
  }
}

/** A server that answered, but not with the file. */
class Refusal extends Error {
  constructor(
    message: string,
    readonly status: number,
  ) {
    super(message)
  }

  get transient(): boolean {
    return this.status >= 500 || this.status === 429
  }
}

function failed(url: string, error: unknown, attempts: number): GlibcMatrixError {
  const status = error instanceof Refusal ? error.status : null
  return new GlibcMatrixError(
    'DOWNLOAD_FAILED',
    `${url} can't be had: ${reasonOf(error)}${attempts > 1 ? ` (tried ${attempts} times)` : ''}`,
    `Check the network and the mirror, or set 'mirrors' or GLIBC_MATRIX_MIRROR to another Debian mirror.`,
    { url, status, attempts },
    error,
  )
}

/** undici says only 'fetch failed' and hides the reason in the chain of causes. */
function reasonOf(error: unknown): string {
  const messages: string[] = []
  for (let each = error; each instanceof Error && messages.length < 4; each = each.cause) {
    const { code } = each as NodeJS.ErrnoException
    messages.push(each.message || code || each.name)
  }
  return messages.join(': ') || String(error)
}
