import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { TarEntry } from 'modern-tar'
import { file, layout, link } from '../../core/sysroot/oci/image.js'

/**
 * The files of an extracted Debian, laid out as the Red Hat family and Amazon Linux do: all libraries in usr/lib64, `lib64` and
 * `lib` mere links. The strings in its ld.so stay Debian's.
 */
export function redHatEntries(root: string): readonly TarEntry[] {
  const libraries = ['lib', 'usr/lib'].flatMap((below) => entriesIn(join(root, below, layout.triplet), 'usr/lib64'))
  const byName = new Map(libraries.map((entry) => [entry.header.name, entry]))
  return [
    link('lib64', 'usr/lib64'),
    link('lib', 'usr/lib'),
    ...byName.values(),
    ...entriesIn(join(root, 'usr/lib/locale'), 'usr/lib/locale'),
    file('usr/bin/tool', 'not kept', 0o755),
  ]
}

function entriesIn(directory: string, place: string): TarEntry[] {
  if (lstatSync(directory, { throwIfNoEntry: false }) === undefined) return []
  return readdirSync(directory).flatMap((name) => {
    const [path, to] = [join(directory, name), `${place}/${name}`]
    const stat = lstatSync(path)
    if (stat.isDirectory()) return entriesIn(path, to)
    if (stat.isSymbolicLink()) return [link(to, basename(readlinkSync(path)))]
    return [file(to, readFileSync(path), stat.mode & 0o777)]
  })
}
