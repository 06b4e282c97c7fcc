import { isIPv4 } from 'node:net'
import { GlibcMatrixError } from '../../../errors.js'
import { isLoopback } from './loopback.js'

type Environment = Readonly<Record<string, string | undefined>>

/**
 * The proxy that Docker, podman and npm would take for a URL: HTTPS_PROXY or HTTP_PROXY by its protocol, in either case, none for
 * the loopback and what NO_PROXY names (as golang.org/x/net/http/httpproxy reads them).
 *
 * @throws GlibcMatrixError DOWNLOAD_FAILED for a proxy that is not spoken to by http.
 */
export function proxyFromEnvironment(url: string, env: Environment): URL | null {
  const { protocol, hostname, port } = new URL(url)
  const name = protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
  const value = env[name] || env[name.toLowerCase()]
  if (!value || isLoopback(hostname)) return null
  const own = port || (protocol === 'https:' ? '443' : '80')
  const exceptions = (env.NO_PROXY || env.no_proxy || '').split(',').map((each) => each.trim().toLowerCase())
  if (exceptions.some((each) => each !== '' && isExcepted(each, hostname.replace(/^\[|\]$/g, ''), own))) return null
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`
  if (URL.canParse(text) && new URL(text).protocol === 'http:') return new URL(text)
  throw new GlibcMatrixError(
    'DOWNLOAD_FAILED',
    `${name} is no proxy that is spoken to by http:// (${text.replace(/\/\/[^@/]*@/, '//')})`,
    `Set ${name} to http://HOST:PORT, or name the registry in NO_PROXY.`,
    { variable: name },
  )
}

/** `*`, an address or a block of them, a host with all below it, `.host` for those below alone; each but a block with a port, if it has one. */
function isExcepted(exception: string, host: string, port: string): boolean {
  if (exception === '*') return true
  if (exception.includes('/')) return isInBlock(exception, host)
  const [, name = '', only] = /^(.*?)(?::(\d+))?$/.exec(bare(exception)) ?? []
  if (only !== undefined && only !== port) return false
  const below = name.replace(/^\*?\./, '.')
  return below.startsWith('.') ? host.endsWith(below) : host === name || host.endsWith(`.${name}`)
}

/** An IPv6 address is full of colons: it has a port only in brackets. */
function bare(exception: string): string {
  const [, address, port = ''] = /^\[([^\]]*)\](:\d+)?$/.exec(exception) ?? []
  return address === undefined ? exception : `${address}${port}`
}

/** Of IPv4; blocks of IPv6 except nothing. */
function isInBlock(block: string, host: string): boolean {
  const [start = '', bits = ''] = block.split('/')
  if (!isIPv4(start) || !isIPv4(host) || !/^(?:[0-9]|[12][0-9]|3[0-2])$/.test(bits)) return false
  const size = 2 ** (32 - Number(bits))
  return Math.floor(numberOf(start) / size) === Math.floor(numberOf(host) / size)
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
}
