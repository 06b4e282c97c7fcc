import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { temporary } from '../debian/machine.js'

/** A place to unpack in, deep below a directory that nothing may touch. */
export interface Watched {
  readonly root: string
  /** A directory outside, with a file `secret`: what attacks aim at. */
  readonly victim: string
  /** Where the test may write itself. */
  readonly beside: string
  /** What changed outside of `root` and `beside` since it was made. */
  readonly changes: () => readonly string[]
}

export function watched(): Watched {
  const top = realpathSync(temporary())
  const at = (path: string) => join(top, path)
  for (const path of ['victim', 'beside', 'a/b/c/root']) mkdirSync(at(path), { recursive: true })
  writeFileSync(at('victim/secret'), 'secret')
  const look = () => linesOf(top, (path) => path === 'beside' || path === 'a/b/c/root')
  const before = look()
  const changes = () => {
    const after = look()
    return [...after.filter((line) => !before.includes(line)), ...before.filter((line) => !after.includes(line))]
  }
  return { root: at('a/b/c/root'), victim: at('victim'), beside: at('beside'), changes }
}

/** What is at fault with a tree: what is no file, directory or link, bits that nobody may have, links that leave it. */
export function faultsOf(root: string): readonly string[] {
  return pathsOf(root, '', () => false).flatMap((path) => {
    const stat = lstatSync(join(root, path))
    if (stat.isSymbolicLink())
      return leaves(root, path) ? [`${path} leads out to ${readlinkSync(join(root, path))}`] : []
    const mode = stat.mode & 0o7777
    if (stat.isDirectory()) return mode === 0o755 ? [] : [`${path} has mode ${mode.toString(8)}`]
    if (!stat.isFile()) return [`${path} is no file`]
    return mode === 0o444 || mode === 0o555 ? [] : [`${path} has mode ${mode.toString(8)}`]
  })
}

/** As the kernel follows it, and by its letters where it leads to nothing. */
function leaves(root: string, path: string): boolean {
  const full = join(root, path)
  const isOutside = (place: string) => relative(root, place).split('/')[0] === '..'
  const target = readlinkSync(full)
  if (target.startsWith('/') || isOutside(posix.resolve(dirname(full), target))) return true
  try {
    return isOutside(realpathSync(full))
  } catch {
    return false
  }
}

/** A tree as lines: path and kind, content or target. */
export function linesOf(root: string, isLeftOut: (path: string) => boolean = () => false): readonly string[] {
  return pathsOf(root, '', isLeftOut).map((path) => {
    const full = join(root, path)
    const stat = lstatSync(full)
    if (stat.isSymbolicLink()) return `${path} -> ${readlinkSync(full)}`
    if (!stat.isFile()) return `${path}/ ${stat.mode.toString(8)}`
    return `${path} ${stat.mode.toString(8)} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`
  })
}

function pathsOf(root: string, below: string, isLeftOut: (path: string) => boolean): readonly string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = posix.join(below, entry.name)
    if (isLeftOut(path)) return []
    return entry.isDirectory() ? [path, ...pathsOf(root, path, isLeftOut)] : [path]
  })
}
