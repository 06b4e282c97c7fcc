import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** sha256 over the sorted manifest of a tree: path, type, and size, mode and sha256 of a file or the target of a link. */
export function treeDigest(root: string): string {
  return digestLines(pathsOf(root, '').map((path) => manifestLine(root, path)))
}

/** sha256 over the content of a few files, for a sysroot that is used in place. */
export function filesDigest(paths: readonly string[]): string {
  return digestLines(paths.map(fileDigest))
}

/** sha256 of one file, in hex. */
export function fileDigest(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}

function pathsOf(root: string, below: string): readonly string[] {
  const entries = readdirSync(join(root, below), { withFileTypes: true })
  return entries
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`
      return entry.isDirectory() ? [path, ...pathsOf(root, path)] : [path]
    })
    .sort()
}

function manifestLine(root: string, path: string): string {
  const full = join(root, path)
  const stat = lstatSync(full)
  if (stat.isDirectory()) return `${path}\0directory`
  if (stat.isSymbolicLink()) return `${path}\0link\0${readlinkSync(full)}`
  return `${path}\0file\0${stat.size}\0${(stat.mode & 0o7777).toString(8)}\0${fileDigest(full)}`
}

function digestLines(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex')
}
