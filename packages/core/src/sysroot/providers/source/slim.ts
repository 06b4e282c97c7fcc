import { chmodSync, lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What only compilers, translators and readers want: headers, static libraries and start files, locale sources, manuals. */
const DROPPED = /^(?:include|var|share\/(?:i18n|info|locale))(?:\/|$)|^lib(?:64)?\/[^/]+\.[ao]$/

/** Moves what a program can use at run time from an installed prefix to `root`, and takes the right to write. */
export function keepWhatRuns(prefix: string, root: string): void {
  for (const name of filesBelow(prefix, '')) {
    if (DROPPED.test(name)) continue
    const path = join(root, name)
    mkdirSync(dirname(path), { recursive: true, mode: 0o775 })
    renameSync(join(prefix, name), path)
    const stat = lstatSync(path)
    if (stat.isFile()) chmodSync(path, (stat.mode & 0o111) === 0 ? 0o444 : 0o555)
  }
}

function filesBelow(root: string, below: string): readonly string[] {
  return readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    return entry.isDirectory() ? filesBelow(root, name) : [name]
  })
}
