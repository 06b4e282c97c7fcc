import { type Layout, libraryDirectories } from '../../layouts.js'
import { type Content, findNode, type ImageDirectory, type ImageNode } from './image-tree.js'

/** What of an image goes into the sysroot, by path below its root. */
export interface KeptFiles {
  readonly files: ReadonlyMap<string, Content>
  readonly symlinks: ReadonlyMap<string, string>
  /** Bytes of all files. */
  readonly size: number
}

/** Below a library directory: libraries themselves, and what ld.so and libc.so.6 look for beside them. */
const LIBRARY = /^(?:[^/]+\.so(?:\.[^/]*)?|ld-[^/]+|ld64[^/]*)$/
const BESIDE = /^(?:gconv|glibc-hwcaps|haswell|power[0-9]+|z1[0-9])(?:\/|$)/

/** Elsewhere: the C locale of UTF-8, the licences of what is kept, and the name of the distribution. */
const ELSEWHERE: readonly (readonly [directory: string, kept: RegExp])[] = [
  ['usr/lib/locale', /^C\.(?:utf8|UTF-8)(?:\/|$)/],
  ['usr/share/doc', /^(?:libc6|libc-bin|libgcc-s1|gcc-[0-9.]+-base|libstdc\+\+6|glibc[^/]*|musl)\/copyright$/],
  ['usr/share/licenses', /^(?:glibc|libgcc|libstdc\+\+|gcc|musl)[^/]*\//],
  ['etc', /^(?:os-release|ld-musl-[\w-]+\.path)$/],
]

/**
 * Chooses what a sysroot needs of an image. A symlink is kept with all that it leads to, wherever that is; one that leads
 * nowhere is left out.
 */
export function keptFiles(root: ImageDirectory, layout: Layout): KeptFiles {
  const files = new Map<string, Content>()
  const symlinks = new Map<string, string>()
  const keep = (path: string) => {
    const passed: [string, string][] = []
    const found = findNode(root, path, (at, link) => passed.push([at, targetOf(link)]))
    if (found === null || found.node.type === 'other') return
    for (const [at, target] of passed) symlinks.set(at, target)
    if (found.node.type === 'file') files.set(found.path, found.node.content)
  }
  for (const directory of libraryDirectories(layout).filter((each) => each !== '.')) {
    keep(directory)
    keepBelow(root, directory, (name) => LIBRARY.test(name) || BESIDE.test(name), keep)
  }
  for (const [directory, kept] of ELSEWHERE) keepBelow(root, directory, (name) => kept.test(name), keep)
  const contents = new Set(files.values())
  return { files, symlinks, size: [...contents].reduce((sum, each) => sum + each.size, 0) }
}

function keepBelow(
  root: ImageDirectory,
  directory: string,
  isKept: (name: string) => boolean,
  keep: (path: string) => void,
): void {
  const found = findNode(root, directory)
  if (found?.node.type !== 'directory') return
  const walk = (node: ImageDirectory, below: string) => {
    for (const [name, child] of [...node.children].sort(([left], [right]) => (left < right ? -1 : 1))) {
      const path = below === '' ? name : `${below}/${name}`
      if (child.type === 'directory') walk(child, path)
      else if (isKept(path)) keep(`${directory}/${path}`)
    }
  }
  walk(found.node, '')
}

function targetOf(node: ImageNode): string {
  return node.type === 'symlink' ? node.target : ''
}
