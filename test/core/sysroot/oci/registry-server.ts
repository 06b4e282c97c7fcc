import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Image } from './image.js'

/** Takes a request that the registry would answer otherwise; true when it did. */
export type Hook = (request: IncomingMessage, response: ServerResponse) => boolean

export interface Server {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  /** What was asked for: path, and the `authorization` that came with it. */
  readonly asked: { readonly path: string; readonly authorization: string | undefined }[]
}

/** A registry on the loopback with one repository `it`, whose tag `latest` is the image; `hook` makes it hostile. */
export async function serveImage(image: Image, hook: Hook = () => false): Promise<Server> {
  return serve((request, response) => {
    if (hook(request, response)) return
    const [, kind, name] = /^\/v2\/it\/(manifests|blobs)\/(.+)$/.exec(request.url ?? '') ?? []
    const blob = name === 'latest' ? image.manifest : image.blobs.find(({ digest }) => digest === name)
    if (blob === undefined) response.writeHead(404).end('{}')
    else if (kind === 'blobs') response.end(blob.bytes)
    else response.writeHead(200, { 'content-type': blob.mediaType }).end(blob.bytes)
  })
}

/** Any server on the loopback, until the test ends. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const asked: Server['asked'] = []
  const server = createServer((request, response) => {
    asked.push({ path: request.url ?? '', authorization: request.headers.authorization })
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
