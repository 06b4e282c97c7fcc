import { isIPv4 } from 'node:net'

/** Whether a URL's host name can only be this machine (RFC 6761 for `localhost`, RFC 1122 for 127/8). */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIPv4(hostname) && hostname.startsWith('127.'))
}
