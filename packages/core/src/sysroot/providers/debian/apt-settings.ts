import { readAptConfiguration } from './apt-configuration.js'

const NO = ['false', 'no', 'off', 'without', 'disable', '0']

/**
 * False where the machine's administrator told apt not to mind that a mirror stands still (apt.conf(5),
 * `Acquire::Check-Valid-Until "false"`), as for a snapshot of an archive. Signatures are checked all the same.
 */
export function checksValidUntil(machineRoot: string): boolean {
  const value = readAptConfiguration(machineRoot).get('acquire::check-valid-until')
  return value === undefined || !NO.includes(value.toLowerCase())
}

/** The proxy that apt would take for a URL (apt-transport-http(1)): a host's own, the protocol's, that of http; null for none. */
export function proxyFor(url: string, machineRoot: string): URL | null {
  const { protocol, hostname } = new URL(url)
  const settings = readAptConfiguration(machineRoot)
  const names = [protocol.slice(0, -1), 'http'].flatMap((each) => [
    `acquire::${each}::proxy::${hostname}`,
    `acquire::${each}::proxy`,
  ])
  const value = names.map((name) => settings.get(name)).find((each) => each !== undefined && each !== '')
  if (value === undefined || value.toUpperCase() === 'DIRECT') return null
  return URL.canParse(value) && new URL(value).protocol === 'http:' ? new URL(value) : null
}
