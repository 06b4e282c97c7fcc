import { join } from 'node:path'
import { namesIn, textOf } from './apt-files.js'

/** One `machine` of apt's auth.conf. */
interface Login {
  readonly machine: string
  readonly login: string
  readonly password: string
}

/**
 * The Authorization header that this machine's apt would send to a mirror (apt_auth.conf(5): auth.conf, auth.conf.d/*.conf); null
 * when it has no login for it. Files that this user may not read have none.
 */
export function authorizationFor(url: string, machineRoot: string): string | null {
  const found = authTexts(join(machineRoot, 'etc/apt'))
    .flatMap(parseLogins)
    .find(({ machine }) => matches(machine, new URL(url)))
  if (found === undefined) return null
  return `Basic ${Buffer.from(`${found.login}:${found.password}`).toString('base64')}`
}

function authTexts(directory: string): readonly string[] {
  const parts = namesIn(join(directory, 'auth.conf.d')).filter((name) => /^[\w-][\w.-]*\.conf$/.test(name))
  return ['auth.conf', ...parts.map((name) => join('auth.conf.d', name))].map((name) => textOf(join(directory, name)))
}

/** Tokens apart from each other by blanks or line ends; unknown ones are passed over. */
function parseLogins(text: string): readonly Login[] {
  const tokens = text
    .replaceAll(/^\s*#.*$/gm, '')
    .split(/\s+/)
    .filter((token) => token !== '')
  const logins: { machine: string; login: string; password: string }[] = []
  for (let at = 0; at + 1 < tokens.length; at += 1) {
    const [key, value = ''] = [tokens[at], tokens[at + 1]]
    const last = logins.at(-1)
    if (key === 'machine') logins.push({ machine: value, login: '', password: '' })
    else if ((key === 'login' || key === 'password') && last !== undefined) last[key] = value
    else continue
    at += 1
  }
  return logins
}

/** `[protocol://]hostname[:port][/path]`; without a protocol it is for https alone, so that no password crosses the net in the clear. */
function matches(machine: string, url: URL): boolean {
  const [, protocol = 'https', host = '', port, path = ''] =
    /^(?:([a-z+]+):\/\/)?(\[[^\]]*\]|[^:/]+)(?::(\d+))?(\/.*)?$/i.exec(machine) ?? []
  const own = url.port || (url.protocol === 'https:' ? '443' : '80')
  const samePort = port === undefined || port === own
  const sameHost = host.toLowerCase() === url.hostname
  return `${protocol.toLowerCase()}:` === url.protocol && sameHost && samePort && url.pathname.startsWith(path)
}
