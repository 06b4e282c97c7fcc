import type { LayerEntry } from './layer-entries.js'

/** What an image holds once its layers lie upon each other. Content stays in the layers; a file says where. */
export type ImageNode =
  | { readonly type: 'directory'; layer: number; readonly children: Map<string, ImageNode> }
  | { readonly type: 'file'; layer: number; readonly content: Content }
  | { readonly type: 'symlink'; layer: number; readonly target: string }
  /** A device, a fifo: in an image it is legal, in a sysroot it is never kept. */
  | { readonly type: 'other'; layer: number }

/** Where a file's bytes are; hard links of one file share the object. */
export interface Content {
  readonly layer: number
  readonly entry: number
  readonly mode: number
  readonly size: number
}

export type ImageDirectory = Extract<ImageNode, { type: 'directory' }>

/** As in the kernel (path_resolution(7), MAXSYMLINKS). */
const MAX_LINKS = 40

export function emptyTree(): ImageDirectory {
  return { type: 'directory', layer: 0, children: new Map() }
}

/**
 * Puts one entry of a layer on what lies below it (image-spec layer.md). Parents are followed as the image's own kernel
 * would, so no link leads out; what is there is replaced, a directory by a directory excepted.
 */
export function addEntry(root: ImageDirectory, layer: number, index: number, entry: LayerEntry): void {
  if (entry.name === '') return
  const { parent, name } = parentOf(root, entry.name, layer)
  if (name.startsWith('.wh.')) {
    whiteOut(parent, name, layer)
    return
  }
  const fresh = nodeOf(root, layer, index, entry)
  const old = parent.children.get(name)
  if (old?.type === 'directory' && fresh.type === 'directory') old.layer = layer
  else parent.children.set(name, fresh)
}

/** Finds a path as the image's own kernel would; `visit` is told each symlink on the way. Null when it leads nowhere. */
export function findNode(
  root: ImageDirectory,
  path: string,
  visit: (path: string, link: ImageNode) => void = () => {},
): { readonly path: string; readonly node: ImageNode } | null {
  const pending = partsOf(path)
  let stack: { name: string; node: ImageNode }[] = []
  for (let links = 0; pending.length > 0; ) {
    const name = pending.shift() as string
    if (name === '..') {
      stack.pop()
      continue
    }
    const here = stack.at(-1)?.node ?? root
    const node = here.type === 'directory' ? here.children.get(name) : undefined
    if (node === undefined) return null
    if (node.type !== 'symlink') {
      stack.push({ name, node })
      continue
    }
    links += 1
    if (links > MAX_LINKS) return null
    visit([...stack.map((each) => each.name), name].join('/'), node)
    if (node.target.startsWith('/')) stack = []
    pending.unshift(...partsOf(node.target))
  }
  return { path: stack.map(({ name }) => name).join('/'), node: stack.at(-1)?.node ?? root }
}

function parentOf(root: ImageDirectory, path: string, layer: number): { parent: ImageDirectory; name: string } {
  const parts = path.split('/')
  const name = parts.pop() as string
  let parent = root
  let done = ''
  for (const part of parts) {
    done = done === '' ? part : `${done}/${part}`
    if (!parent.children.has(part)) parent.children.set(part, { type: 'directory', layer, children: new Map() })
    const found = findNode(root, done)
    if (found?.node.type !== 'directory') throw new Error(`its entry '${path}' lies below what is no directory`)
    parent = found.node
    done = found.path
  }
  return { parent, name }
}

function nodeOf(root: ImageDirectory, layer: number, entry: number, header: LayerEntry): ImageNode {
  const { type, mode, size, target } = header
  if (type === 'directory') return { type, layer, children: new Map() }
  if (type === 'file') return { type: 'file', layer, content: { layer, entry, mode, size } }
  if (type === 'symlink') return { type, layer, target }
  if (type === 'link') return { ...linked(root, header), layer } as ImageNode
  return { type: 'other', layer }
}

/** A hard link may name a file of a layer below; it is that file, wherever its content lies. */
function linked(root: ImageDirectory, { name, target }: LayerEntry): ImageNode {
  const parts = target.split('/').filter((part) => part !== '.' && part !== '')
  const last = parts.pop()
  const parent = parts.includes('..') ? null : findNode(root, parts.join('/'))
  const node = parent?.node.type === 'directory' ? parent.node.children.get(last ?? '') : undefined
  if (node === undefined || node.type === 'directory') {
    throw new Error(`its hard link '${name}' names '${target}', which is no file inside`)
  }
  return node
}

/** A whiteout hides what lower layers have, never what its own layer brings, in whatever order the entries come. */
function whiteOut(parent: ImageDirectory, name: string, layer: number): void {
  const hidden = name.slice('.wh.'.length)
  if (hidden === '.wh..opq') {
    for (const child of [...parent.children.keys()]) hide(parent, child, layer)
  } else if (!hidden.startsWith('.wh.')) hide(parent, hidden, layer)
}

function hide(parent: ImageDirectory, name: string, layer: number): void {
  const node = parent.children.get(name)
  if (node === undefined) return
  if (node.type === 'directory') {
    for (const child of [...node.children.keys()]) hide(node, child, layer)
    if (node.children.size > 0) return
  }
  if (node.layer < layer) parent.children.delete(name)
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
