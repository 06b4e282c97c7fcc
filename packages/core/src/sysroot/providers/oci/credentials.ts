import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { GlibcMatrixError } from '../../../errors.js'
import { runTool } from '../../run-tool.js'

/** A login of a registry, as `docker login` or `podman login` keeps it. */
export type Credentials =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token. */
  | { readonly kind: 'identity'; readonly token: string }

type Environment = Readonly<Record<string, string | undefined>>

interface DockerConfig {
  readonly auths?: Readonly<Record<string, Readonly<Record<string, unknown>> | null>>
  readonly credHelpers?: Readonly<Record<string, unknown>>
  readonly credsStore?: unknown
}

/** A helper that asks the user something nobody can answer must not hang an install, in milliseconds. */
const HELPER_TIMEOUT = 30_000
const MAX_ANSWER = 2 ** 20

/**
 * The login for an image: of the first file that has one, by the registry's helper, else the store of all, else `auths`; null
 * without one.
 */
export async function findCredentials(
  registry: string,
  repository: string,
  env: Environment,
): Promise<Credentials | null> {
  for (const file of loginFiles(env)) {
    const config = readDockerConfig(file)
    const found = config === null ? null : await loginIn(config, registry, repository, file, env)
    if (found !== null) return found
  }
  return null
}

/** What the user names by a variable, then podman's and skopeo's in their order (containers-auth.json(5)), then Docker's. */
function loginFiles(env: Environment): readonly string[] {
  const home = env.HOME || homedir()
  const docker = (directory: string) => join(directory, 'config.json')
  const named = [
    ...(env.DOCKER_CONFIG ? [docker(env.DOCKER_CONFIG)] : []),
    ...(env.REGISTRY_AUTH_FILE ? [env.REGISTRY_AUTH_FILE] : []),
  ]
  if (named.length > 0) return named
  const containers = [env.XDG_RUNTIME_DIR, env.XDG_CONFIG_HOME || join(home, '.config')]
  const podman = containers.flatMap((directory) => (directory ? [join(directory, 'containers/auth.json')] : []))
  return [...podman, docker(join(home, '.docker'))]
}

async function loginIn(
  config: DockerConfig,
  registry: string,
  repository: string,
  file: string,
  env: Environment,
): Promise<Credentials | null> {
  const server = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry
  const helper = config.credHelpers?.[registry] ?? config.credHelpers?.[server] ?? config.credsStore
  const fromHelper = typeof helper === 'string' && helper !== '' ? await askHelper(helper, server, env) : null
  return fromHelper ?? fromAuths(config, registry, repository, file)
}

function readDockerConfig(file: string): DockerConfig | null {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return null
    throw refused(file, (error as Error).message)
  }
  try {
    return JSON.parse(text) ?? null
  } catch {
    // The parser's message would quote what stands there, which may be a secret.
    throw refused(file, 'it is no JSON')
  }
}

function fromAuths({ auths }: DockerConfig, registry: string, repository: string, file: string): Credentials | null {
  const hosts = registry === 'docker.io' ? ['index.docker.io', 'docker.io'] : [registry]
  const names = hosts.flatMap((host) => namesAbove(`${host}/${repository}`))
  const found = names.flatMap((name) => Object.entries(auths ?? {}).filter(([key]) => plainKey(key) === name))[0]?.[1]
  if (found === undefined || found === null) return null
  if (typeof found.identitytoken === 'string' && found.identitytoken !== '') {
    return { kind: 'identity', token: found.identitytoken }
  }
  if (typeof found.auth === 'string' && found.auth !== '') {
    const [, username, password] = /^([^:]*):(.*?)\0*$/s.exec(Buffer.from(found.auth, 'base64').toString()) ?? []
    if (username === undefined || password === undefined) throw refused(file, `the auth of ${registry} is damaged`)
    return { kind: 'password', username, password }
  }
  const { username, password } = found
  return typeof username === 'string' && typeof password === 'string' ? { kind: 'password', username, password } : null
}

/** `host/a/b`, `host/a`, `host`: podman keeps logins for parts of a registry, the closest one counts. */
function namesAbove(image: string): readonly string[] {
  const parts = image.split('/')
  return parts.map((_, index) => parts.slice(0, parts.length - index).join('/'))
}

/** Keys are hosts, podman's parts of one, or the URLs of older clients. */
function plainKey(key: string): string {
  return key.replace(/^https?:\/\/([^/]*).*$/s, '$1').replace(/\/(?:v[12]\/?)?$/, '')
}

/** The protocol of docker-credential-helpers: the server on stdin, JSON on stdout; a server that it doesn't know is an exit status. */
async function askHelper(helper: string, server: string, env: Environment): Promise<Credentials | null> {
  const program = `docker-credential-${helper}`
  if (!/^[\w.-]+$/.test(helper)) throw refused(program, 'that is no name of a helper')
  const { stdout, failure } = await run(program, server, env)
  if (failure !== null) {
    if (/credentials not found/i.test(stdout)) return null
    throw refused(program, failure)
  }
  const { Username: username, Secret: secret } = parseAnswer(program, stdout)
  if (typeof username !== 'string' || typeof secret !== 'string') throw refused(program, 'it answers no login')
  if (username === '<token>') return { kind: 'identity', token: secret }
  return username === '' && secret === '' ? null : { kind: 'password', username, password: secret }
}

async function run(
  program: string,
  input: string,
  env: Environment,
): Promise<{ stdout: string; failure: string | null }> {
  let stdout = ''
  const onOutput = (chunk: Buffer, from: 'stdout' | 'stderr') => {
    if (from === 'stdout' && stdout.length < MAX_ANSWER) stdout += chunk.toString('utf8')
  }
  try {
    const ended = await runTool([program, 'get'], { env, onOutput, input: `${input}\n`, timeout: HELPER_TIMEOUT })
    const said = stdout.trim().slice(0, 200)
    return { stdout, failure: ended === 0 ? null : said || `it ended with ${ended}` }
  } catch (error) {
    return { stdout, failure: (error as Error).message }
  }
}

function parseAnswer(program: string, stdout: string): Record<string, unknown> {
  try {
    return JSON.parse(stdout) ?? {}
  } catch {
    throw refused(program, 'its answer is no JSON')
  }
}

function refused(where: string, why: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'LOGIN_FAILED',
    `The login of the registry can't be had from ${where}: ${why}`,
    'Log in anew (docker login REGISTRY, podman login REGISTRY), mend that file, or set DOCKER_CONFIG to a directory with another config.json.',
    { where },
  )
}
