import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { resolveSysroot } from '../../../../packages/core/src/sysroot/resolve.js'
import { rejection } from '../../failure.js'
import { machine, temporary } from '../debian/machine.js'
import { storeContent } from '../store-content.js'
import * as made from './image.js'
import { type Hook, type Server, serve, serveImage } from './registry-server.js'

let image: made.Image
let layer: made.Blob

beforeAll(async () => {
  image = made.imageOf([await made.gzipLayer(made.glibcEntries())])
  layer = image.blobs[2] as made.Blob
})

/** Docker's configuration directory with this config.json. */
const docker = (config: unknown) => machine({ 'config.json': JSON.stringify(config) })
const nobody = () => docker({})

function install(reference: string, dockerConfig = nobody(), more: Record<string, string> = {}) {
  const home = temporary()
  const env = { GLIBC_MATRIX_HOME: home, DOCKER_CONFIG: dockerConfig, ...more }
  return { home, done: resolveSysroot({ spec: `oci:${reference}` }, { install: true, env }) }
}

async function refused(reference: string, dockerConfig?: string, more?: Record<string, string>) {
  const { home, done } = install(reference, dockerConfig, more)
  const error = await rejection(done)
  expect(storeContent(home), 'nothing half-written').toEqual([])
  return error
}

const isLayer = (path = '') => path.endsWith(layer.digest)
const basic = (login: string) => `Basic ${Buffer.from(login).toString('base64')}`

/** Answers blobs of the layer alone by the hook. */
function layerBy(hook: (response: Parameters<Hook>[1]) => void): Promise<Server> {
  return serveImage(image, (request, response) => {
    if (!isLayer(request.url)) return false
    hook(response)
    return true
  })
}

describe('what is pulled', () => {
  test('by tag, by default latest, and by digest', async () => {
    const { host } = await serveImage(image)
    for (const reference of [`${host}/it`, `${host}/it:latest`, `${host}/it@${image.manifest.digest}`]) {
      const sysroot = await install(reference).done
      expect(sysroot.packages.map(({ sha256 }) => `sha256:${sha256}`)).toEqual([image.manifest.digest, layer.digest])
    }
  })

  test('what the registry has not is said by name', async () => {
    const { host } = await serveImage(image)
    const error = await refused(`${host}/it:other`)
    expect(error.code).toBe('IMAGE_NOT_FOUND')
    expect(error.message).toContain(`${host}/it:other`)
  })
})

describe('a registry that lies', () => {
  test('about a digest: of a tag, of a manifest by digest, of a layer', async () => {
    const other = made.imageOf([await made.plainLayer(made.glibcEntries())])
    const byTag = await serveImage(image, (request, response) => {
      if (request.url?.endsWith('latest')) response.setHeader('docker-content-digest', other.manifest.digest)
      return false
    })
    expect((await refused(`${byTag.host}/it`)).code).toBe('CHECKSUM_MISMATCH')
    const byDigest = await serveImage(image, (request, response) => {
      if (!request.url?.includes('/manifests/sha256:')) return false
      response.setHeader('docker-content-digest', image.manifest.digest)
      response.writeHead(200, { 'content-type': made.OCI_MANIFEST }).end(other.manifest.bytes)
      return true
    })
    expect((await refused(`${byDigest.host}/it@${image.manifest.digest}`)).code).toBe('CHECKSUM_MISMATCH')
    const changed = Buffer.from(layer.bytes)
    changed[200] = (changed[200] as number) ^ 1
    const { host } = await layerBy((response) => response.end(changed))
    expect((await refused(`${host}/it`)).code).toBe('CHECKSUM_MISMATCH')
  })

  test('about a size, by a byte or without an end', async () => {
    const short = await layerBy((response) => response.end(layer.bytes.subarray(1)))
    expect((await refused(`${short.host}/it`)).code).toBe('CHECKSUM_MISMATCH')
    let sent = 0
    const endless = await layerBy((response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(2 ** 16))) sent += 2 ** 16
        response.once('drain', more)
      }
      more()
    })
    expect((await refused(`${endless.host}/it`)).code).toBe('CHECKSUM_MISMATCH')
    expect(sent).toBeLessThan(layer.size + 64 * 2 ** 20)
  })

  test('by a manifest without an end, or one that stops', async () => {
    const endless = await serveImage(image, (_, response) => {
      response.writeHead(200, { 'content-type': made.OCI_MANIFEST })
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(2 ** 16, ' '))) {}
        response.once('drain', more)
      }
      more()
      return true
    })
    expect((await refused(`${endless.host}/it`)).message).toContain('longer than')
    const broken = await layerBy((response) => {
      response.writeHead(200, { 'content-length': layer.size })
      response.write(layer.bytes.subarray(0, 1000), () => response.destroy())
    })
    expect((await refused(`${broken.host}/it`)).code).toBe('DOWNLOAD_FAILED')
  })

  test('about what kind of manifest it serves', async () => {
    for (const type of [made.OCI_INDEX, 'application/vnd.docker.distribution.manifest.v1+prettyjws']) {
      const { host } = await serveImage(image, (request, response) => {
        if (!request.url?.endsWith('latest')) return false
        response.writeHead(200, { 'content-type': type }).end(image.manifest.bytes)
        return true
      })
      expect((await refused(`${host}/it`)).code).toBe('IMAGE_MALFORMED')
    }
  })
})

describe('logins', () => {
  /** Wants Basic with this login. */
  const guarded = (login: string): Hook => {
    return (request, response) => {
      if (request.url === '/v2/' || request.headers.authorization === basic(login)) return false
      response.writeHead(401, { 'www-authenticate': 'Basic realm="registry"' }).end()
      return true
    }
  }

  test('come from auths, from the helper of a registry, and from the store of all', async () => {
    const { host } = await serveImage(image, guarded('me:secret:with colon'))
    const bin = temporary()
    const helper = `#!/bin/sh\nread server\n[ "$1" = get ] && [ "$server" = ${host} ] || { echo credentials not found in native keychain; exit 1; }\necho '{"ServerURL":"${host}","Username":"me","Secret":"secret:with colon"}'\n`
    writeFileSync(join(bin, 'docker-credential-test'), helper)
    chmodSync(join(bin, 'docker-credential-test'), 0o755)
    const PATH = `${bin}:${process.env.PATH}`
    const auth = Buffer.from('me:secret:with colon').toString('base64')
    for (const config of [
      { auths: { [host]: { auth } } },
      { auths: { [`http://${host}/v1/`]: { username: 'me', password: 'secret:with colon' } } },
      { credHelpers: { [host]: 'test' }, credsStore: 'missing' },
      { credsStore: 'test' },
    ]) {
      expect((await install(`${host}/it`, docker(config), { PATH }).done).machine).toBe(made.layout.machine)
    }
  })

  test('come from podman’s files as well, of the part of the registry that is closest', async () => {
    const { host } = await serveImage(image, guarded('me:secret'))
    const [right, wrong] = ['me:secret', 'me:wrong'].map((login) => ({ auth: Buffer.from(login).toString('base64') }))
    const logins = (auths: object) => JSON.stringify({ auths })
    const inHome = (path: string, auths: object) => {
      const home = machine({ [path]: logins(auths) })
      return { DOCKER_CONFIG: '', HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), XDG_CONFIG_HOME: '' }
    }
    const named = machine({ 'auth.json': logins({ [host]: right }), '.docker/config.json': logins({ [host]: wrong }) })
    for (const env of [
      inHome('run/containers/auth.json', { [host]: right }),
      inHome('.config/containers/auth.json', { [host]: right }),
      inHome('.docker/config.json', { [host]: right }),
      inHome('run/containers/auth.json', { [host]: wrong, [`${host}/it`]: right, [`${host}/i`]: wrong }),
      inHome('run/containers/auth.json', { [`${host}/it/below`]: wrong, [host]: right }),
      { DOCKER_CONFIG: '', HOME: named, REGISTRY_AUTH_FILE: join(named, 'auth.json') },
    ]) {
      expect((await install(`${host}/it`, nobody(), env).done).machine).toBe(made.layout.machine)
    }
    const elsewhere = inHome('run/containers/auth.json', { [`${host}/other`]: right })
    expect((await refused(`${host}/it`, nobody(), elsewhere)).message).toContain('there is none')
  })

  test('that are missing, wrong or unreadable are said, and no secret is', async () => {
    const { host } = await serveImage(image, guarded('me:right'))
    const auth = Buffer.from('me:wrong-secret').toString('base64')
    const damaged = machine({ 'config.json': `{"auths":{"${host}":{"auth":"${auth}"` })
    const failing = temporary()
    writeFileSync(join(failing, 'docker-credential-test'), '#!/bin/sh\necho the keychain is locked\nexit 1\n')
    chmodSync(join(failing, 'docker-credential-test'), 0o755)
    const PATH = `${failing}:${process.env.PATH}`
    for (const [config, why] of [
      [nobody(), 'there is none'],
      [docker({ auths: { [host]: { auth } } }), 'it answers 401'],
      [damaged, 'it is no JSON'],
      [docker({ credsStore: 'test' }), 'the keychain is locked'],
      [docker({ credsStore: 'not-there' }), 'ENOENT'],
      [docker({ credsStore: '../../bin/sh' }), 'no name of a helper'],
    ] as const) {
      const error = await refused(`${host}/it`, config, { PATH })
      expect(error.code).toBe('LOGIN_FAILED')
      expect(error.message).toContain(why)
      expect(JSON.stringify([error.message, error.details])).not.toMatch(new RegExp(`wrong-secret|${auth}`))
    }
  })

  test('become tokens where a registry wants these, for the scope that is needed', async () => {
    const config = (host: string) =>
      docker({ auths: { [host]: { auth: Buffer.from('me:secret').toString('base64') } } })
    const { host, asked } = await bearer((request) => request.headers.authorization === basic('me:secret'))
    await install(`${host}/it`, config(host)).done
    const token = asked.find(({ path }) => path.startsWith('/token'))
    expect(token?.path).toBe('/token?scope=repository%3Ait%3Apull&service=the+registry')
    expect(asked.filter(({ path }) => path.startsWith('/v2/it')).at(-1)?.authorization).toBe('Bearer tok.en')
    expect((await refused(`${host}/it`)).code).toBe('LOGIN_FAILED')
  })

  test('are not needed for a token of everybody', async () => {
    const { host, asked } = await bearer((request) => request.headers.authorization === undefined)
    await install(`${host}/it`).done
    expect(asked.filter(({ path }) => path.startsWith('/token'))).toHaveLength(1)
  })

  test('by an identity token are refreshed', async () => {
    const bodies: string[] = []
    const { host } = await bearer((request) => {
      request.setEncoding('utf8').on('data', (text) => bodies.push(text))
      return request.method === 'POST'
    })
    await install(`${host}/it`, docker({ auths: { [host]: { identitytoken: 'refresh me' } } })).done
    expect(new URLSearchParams(bodies.join('')).get('refresh_token')).toBe('refresh me')
  })

  /** A registry that wants a token, and gives it to whom `isWelcome` likes. */
  function bearer(isWelcome: (request: Parameters<Hook>[0]) => boolean): Promise<Server> {
    const hook: Hook = (request, response) => {
      const { authorization, host } = request.headers
      if (request.url?.startsWith('/token')) {
        const welcome = isWelcome(request)
        request.resume().on('end', () => response.writeHead(welcome ? 200 : 401).end('{"token":"tok.en"}'))
        return true
      }
      if (request.url === '/v2/' || authorization === 'Bearer tok.en') return false
      const challenge = `Bearer realm="http://${host}/token",service="the registry",scope="repository:it:pull,push"`
      response.writeHead(401, { 'www-authenticate': challenge }).end()
      return true
    }
    return serveImage(image, hook)
  }
})

describe('redirects', () => {
  const login = () => Buffer.from('me:secret').toString('base64')

  /** A registry that wants a login and redirects its layers. */
  async function redirecting(location: string): Promise<{ host: string; config: string }> {
    const { host } = await serveImage(image, (request, response) => {
      if (request.url === '/v2/') return false
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="it"' }).end()
        return true
      }
      if (!isLayer(request.url)) return false
      response.writeHead(307, { location }).end()
      return true
    })
    return { host, config: docker({ auths: { [host]: { auth: login() } } }) }
  }

  test('to another host go without the login', async () => {
    const storage = await serve((_, response) => response.end(layer.bytes))
    const { host, config } = await redirecting(`http://${storage.host}/signed?key=1`)
    await install(`${host}/it`, config).done
    expect(storage.asked).toEqual([{ path: '/signed?key=1', authorization: undefined }])
  })

  test('to another host that asks for a login get none', async () => {
    const storage = await serve((request, response) => {
      const realm = `http://${request.headers.host}/token`
      response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end()
    })
    const { host, config } = await redirecting(`http://${storage.host}/signed`)
    expect((await refused(`${host}/it`, config)).code).toBe('LOGIN_FAILED')
    expect(storage.asked).toEqual([{ path: '/signed', authorization: undefined }])
  })

  test('to plain http elsewhere, to no web address and in circles are refused', async () => {
    for (const location of [
      'http://registry.example.invalid/x',
      'file:///etc/passwd',
      'ftp://127.0.0.1/x',
      'http://[bad',
    ]) {
      const { host, config } = await redirecting(location)
      expect((await refused(`${host}/it`, config)).code).toBe('DOWNLOAD_FAILED')
    }
    const circle = await layerBy((response) =>
      response.writeHead(302, { location: `/v2/it/blobs/${layer.digest}` }).end(),
    )
    expect((await refused(`${circle.host}/it`)).message).toContain('redirects more than 5 times')
  })

  test('plain http is spoken with the loopback alone', async () => {
    const error = await refused('registry.example.invalid/it')
    expect(error.code).toBe('DOWNLOAD_FAILED')
    expect(error.message).toContain('https://registry.example.invalid/v2/it/manifests/latest')
  })
})

test('a Docker configuration that is not there is nobody', async () => {
  const { host } = await serveImage(image)
  expect((await install(`${host}/it`, join(temporary(), 'nowhere')).done).glibc).toMatch(/^2\./)
})
