import { lstatSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** As in the kernel (path_resolution(7), MAXSYMLINKS). */
const MAX_LINKS = 40

/**
 * Resolves `path` as chroot(2) to `root` would: an absolute symlink starts again at `root`, and `..` stops there. So no
 * link leads out of a sysroot. Answers the real path below `root` (which must be real itself), or null when a part is missing.
 */
export function resolveInside(root: string, path: string): string | null {
  const pending = parts(path)
  let resolved: string[] = []
  for (let links = 0; pending.length > 0; ) {
    const part = pending.shift() as string
    if (part === '..') {
      resolved.pop()
      continue
    }
    const here = join(root, ...resolved, part)
    const stat = lstatSync(here, { throwIfNoEntry: false })
    if (stat === undefined || (pending.length > 0 && !stat.isSymbolicLink() && !stat.isDirectory())) return null
    if (!stat.isSymbolicLink()) {
      resolved.push(part)
      continue
    }
    links += 1
    if (links > MAX_LINKS) return null
    const target = readlinkSync(here)
    if (target.startsWith('/')) resolved = []
    pending.unshift(...parts(target))
  }
  return join(root, ...resolved)
}

function parts(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}
