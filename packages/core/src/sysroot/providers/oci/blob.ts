import { createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { checkContent, type Descriptor, hashOf } from './descriptor.js'
import type { ImageSource } from './image-source.js'
import { malformed } from './manifest.js'

/** Content in memory, checked by digest and size. */
export async function readWhole(source: ImageSource, descriptor: Descriptor, maxBytes: number): Promise<Uint8Array> {
  if (descriptor.size > maxBytes) {
    throw malformed(source.where, `${descriptor.digest} has ${descriptor.size} bytes, ${maxBytes} are allowed`)
  }
  const chunks: Uint8Array[] = []
  for await (const chunk of checked(source, descriptor, () => {})) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** Content in a file, checked by digest and size before anything reads it. */
export async function saveBlob(
  source: ImageSource,
  descriptor: Descriptor,
  file: string,
  onBytes: (done: number) => void,
): Promise<void> {
  await pipeline(checked(source, descriptor, onBytes), createWriteStream(file, { flags: 'wx', mode: 0o600 }))
}

/** Stops at the first byte beyond the size, so that a body without an end is no danger. */
async function* checked(
  source: ImageSource,
  descriptor: Descriptor,
  onBytes: (done: number) => void,
): AsyncGenerator<Uint8Array> {
  const hash = hashOf(descriptor.digest)
  const algorithm = descriptor.digest.slice(0, descriptor.digest.indexOf(':') + 1)
  const where = `${descriptor.digest} of ${source.where}`
  let size = 0
  for await (const chunk of source.blob(descriptor)) {
    size += chunk.length
    if (size > descriptor.size) checkContent({ size, digest: 'more to come' }, descriptor, where)
    hash.update(chunk)
    onBytes(size)
    yield chunk
  }
  checkContent({ size, digest: `${algorithm}${hash.digest('hex')}` }, descriptor, where)
}
