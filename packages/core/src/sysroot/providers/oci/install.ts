import { mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isGlibcMatrixError } from '../../../errors.js'
import { LAYOUTS, type Layout } from '../../layouts.js'
import type { InstalledPackage } from '../../sysroot.js'
import { placerInto } from '../../unpack/place-entry.js'
import { isSystemError } from '../../unpack/system-error.js'
import type { InstallContext } from '../provider.js'
import { saveBlob } from './blob.js'
import type { ImageSource } from './image-source.js'
import { addEntry, type Content, emptyTree } from './image-tree.js'
import { type KeptFiles, keptFiles } from './kept.js'
import { type EntryVisitor, visitEntries } from './layer-entries.js'
import { isReadable, layerTar } from './layer-stream.js'
import { malformed } from './manifest.js'
import { type ImagePin, type PinnedLayer, pinImage } from './pin.js'

/** Of the files that a sysroot keeps; libraries of the largest images are below this. */
const MAX_KEPT = 2 * 2 ** 30

/** Pins an image, fetches its layers and writes what a sysroot needs into the empty directory `root`. */
export async function installImage(
  source: ImageSource,
  arch: string,
  root: string,
  context: InstallContext,
): Promise<readonly InstalledPackage[]> {
  context.onProgress({ sysroot: source.where, stage: 'release', done: 0, total: null })
  const pin = await pinImage(source, arch)
  await installPinned(source, pin, arch, root, context)
  return packagesOf(source, pin)
}

/** What the store records: the manifest under the image's name, and each layer, by digest. */
function packagesOf(source: ImageSource, pin: ImagePin): readonly InstalledPackage[] {
  const hex = (digest: string) => digest.slice(digest.indexOf(':') + 1)
  const layers = pin.layers.map(({ digest, size }, index) => {
    return { name: `layer ${index + 1}`, version: `${size} bytes`, sha256: hex(digest) }
  })
  return [{ name: source.where, version: pin.manifest, sha256: hex(pin.manifest) }, ...layers]
}

async function installPinned(
  source: ImageSource,
  pin: ImagePin,
  arch: string,
  root: string,
  context: InstallContext,
): Promise<void> {
  const unreadable = pin.layers.find(({ mediaType }) => !isReadable(mediaType))
  if (unreadable !== undefined) throw malformed(source.where, `a layer is of media type '${unreadable.mediaType}'`)
  const layout = LAYOUTS.find((row) => row.debian === arch) as Layout
  const spool = join(dirname(root), 'layers')
  mkdirSync(spool, { mode: 0o775 })
  try {
    const files = await saveLayers(source, pin.layers, spool, context)
    const layers = pin.layers.map((layer, index) => ({ layer, file: files[index] as string }))
    const tree = emptyTree()
    for (const [number, each] of layers.entries()) {
      await visitLayer(each, source.where, (entry, index) => addEntry(tree, number, index, entry))
      const done = sizeOf(pin.layers.slice(0, number + 1))
      context.onProgress({ sysroot: source.where, stage: 'unpack', done, total: sizeOf(pin.layers) })
    }
    const kept = keptFiles(tree, layout)
    if (kept.size > MAX_KEPT) throw malformed(source.where, `its libraries have ${kept.size} bytes`)
    await writeFiles(kept, layers, source.where, root)
  } finally {
    rmSync(spool, { recursive: true, force: true })
  }
}

async function saveLayers(
  source: ImageSource,
  layers: readonly PinnedLayer[],
  spool: string,
  context: InstallContext,
): Promise<readonly string[]> {
  const total = sizeOf(layers)
  const files: string[] = []
  let before = 0
  for (const [index, layer] of layers.entries()) {
    const file = join(spool, String(index))
    const sofar = before
    const onBytes = (done: number) =>
      context.onProgress({ sysroot: source.where, stage: 'download', done: sofar + done, total })
    await saveBlob(source, layer, file, onBytes)
    before += layer.size
    files.push(file)
  }
  return files
}

function sizeOf(layers: readonly PinnedLayer[]): number {
  return layers.reduce((sum, { size }) => sum + size, 0)
}

interface SavedLayer {
  readonly layer: PinnedLayer
  readonly file: string
}

async function visitLayer({ layer, file }: SavedLayer, where: string, visit: EntryVisitor): Promise<void> {
  try {
    await visitEntries(layerTar(file, layer, where), visit)
  } catch (cause) {
    throw damaged(cause, where, `its layer ${layer.digest} is damaged`)
  }
}

function damaged(cause: unknown, where: string, what: string): unknown {
  if (isGlibcMatrixError(cause) || isSystemError(cause)) return cause
  return malformed(where, `${what}: ${(cause as Error).message}`, cause)
}

async function writeFiles(kept: KeptFiles, layers: readonly SavedLayer[], where: string, root: string): Promise<void> {
  const place = placerInto(root)
  const paths = new Map<Content, string[]>()
  for (const [path, content] of kept.files) paths.set(content, [...(paths.get(content) ?? []), path])
  for (const [number, each] of layers.entries()) {
    const wanted = new Map([...paths].filter(([{ layer }]) => layer === number).map(([{ entry }, all]) => [entry, all]))
    if (wanted.size === 0) continue
    await visitLayer(each, where, async ({ mode }, index, content) => {
      const [first, ...others] = wanted.get(index) ?? []
      if (first === undefined) return
      place({ name: first, type: 'file', mode, target: '', bytes: await content() })
      for (const name of others) place({ name, type: 'link', mode, target: first, bytes: new Uint8Array(0) })
    })
  }
  try {
    for (const [name, target] of [...kept.symlinks].sort(([left], [right]) => left.length - right.length)) {
      place({ name, type: 'symlink', mode: 0o777, target, bytes: new Uint8Array(0) })
    }
  } catch (cause) {
    throw damaged(cause, where, 'its links are damaged')
  }
}
