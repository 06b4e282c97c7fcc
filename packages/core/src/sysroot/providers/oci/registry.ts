import { GlibcMatrixError } from '../../../errors.js'
import { findCredentials } from './credentials.js'
import { checkContent, type Descriptor, digestOf } from './descriptor.js'
import type { ImageSource, ServedManifest } from './image-source.js'
import { authorize, denied, type Login } from './login.js'
import { isLoopback } from './loopback.js'
import { IMAGE_TYPES, INDEX_TYPES } from './manifest.js'
import { proxyFromEnvironment } from './proxy.js'
import { formatReference, type ImageReference } from './reference.js'
import { bodyOf, failed, send, textOf } from './request.js'

const MAX_MANIFEST = 4 * 2 ** 20

/** The image of a registry, by the pull half of the distribution spec. */
export function openRegistry(
  reference: ImageReference,
  env: Readonly<Record<string, string | undefined>>,
): ImageSource {
  const { registry, repository } = reference
  const where = formatReference(reference)
  const credentials = () => findCredentials(registry, repository, env)
  const proxyFor = (url: string) => proxyFromEnvironment(url, env)
  const get = pulling({ registry, repository, credentials, proxyFor }, where)
  const accept = [...INDEX_TYPES, ...IMAGE_TYPES].join(', ')

  async function manifest(name: string, expected: { digest: string; size: number } | null): Promise<ServedManifest> {
    const { response, url } = await get(`manifests/${name}`, { accept })
    const bytes = await textOf(response, url, MAX_MANIFEST)
    const mediaType = response.headers.get('content-type') ?? ''
    // A tag's digest is that of the bytes; the header can only contradict it.
    const claimed = response.headers.get('docker-content-digest') ?? digestOf(bytes)
    const digest = expected?.digest ?? (/^sha(256|512):/.test(claimed) ? claimed : digestOf(bytes))
    const size = expected?.size ?? bytes.length
    checkContent({ size: bytes.length, digest: digestOf(bytes, digest) }, { mediaType, digest, size }, where)
    return { bytes, mediaType, digest }
  }

  async function* blob(descriptor: Descriptor): AsyncGenerator<Uint8Array> {
    const { response, url } = await get(`blobs/${descriptor.digest}`, {})
    yield* bodyOf(response, url)
  }

  return {
    where,
    root: async () => {
      const served = await manifest(reference.digest ?? reference.tag ?? 'latest', null)
      const { digest = null } = reference
      if (digest === null) return served
      const found = { size: served.bytes.length, digest: digestOf(served.bytes, digest) }
      checkContent(found, { mediaType: '', digest, size: found.size }, where)
      return { ...served, digest }
    },
    manifest: (descriptor) => manifest(descriptor.digest, descriptor),
    blob,
  }
}

type Get = (path: string, headers: Record<string, string>) => Promise<{ response: Response; url: string }>

/** GET below the repository, logged in as far as the registry asks for it. */
function pulling(login: Login, where: string): Get {
  let base: Promise<string> | null = null
  let authorization: string | null = null
  return async (path, headers) => {
    base ??= baseOf(login.registry)
    const url = `${await base}/v2/${login.repository}/${path}`
    const ask = () => {
      const all = authorization === null ? headers : { ...headers, authorization }
      return send({ url, headers: all, proxyFor: login.proxyFor })
    }
    let { response, url: from } = await ask()
    // A storage that the registry redirects to must not be the one that asks for the login.
    if (response.status === 401 && new URL(from).origin === new URL(url).origin) {
      await response.body?.cancel().catch(() => {})
      authorization = await authorize(response, url, login)
      ;({ response, url: from } = await ask())
    }
    if (response.ok) return { response, url }
    await response.body?.cancel().catch(() => {})
    if (response.status === 401 || response.status === 403) throw denied(login, `it answers ${response.status}`)
    if (response.status === 404) throw notFound(where, url)
    throw failed(from, `the server answered ${response.status} ${response.statusText}`.trim())
  }
}

/** Registries speak TLS. One on the loopback may do without, as Docker allows it; which it does is found before any login is sent. */
async function baseOf(registry: string): Promise<string> {
  const secure = `https://${registry === 'docker.io' ? 'registry-1.docker.io' : registry}`
  if (!isLoopback(new URL(secure).hostname)) return secure
  try {
    const { response } = await send({ url: `${secure}/v2/` })
    await response.body?.cancel().catch(() => {})
    return secure
  } catch (error) {
    if (!/wrong version number|packet length too long|EPROTO|SSL routines/i.test((error as Error).message)) throw error
    return `http://${registry}`
  }
}

function notFound(where: string, url: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'IMAGE_NOT_FOUND',
    `The registry has no ${where} (${url} is not there)`,
    'Check its name and tag; without a tag it is :latest.',
    { where, url },
  )
}
