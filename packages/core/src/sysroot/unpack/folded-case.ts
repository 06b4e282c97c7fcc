import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Throws when what lies at `path` is there under a name that differs in case alone, as on a file system that folds case (a
 * share, a Mac's disk, ext4's casefold): one of the two files would be lost, and nobody would know which. `name` is for the message.
 */
export function refuseFolded(path: string, name: string): void {
  const [directory, own] = [dirname(path), basename(path)]
  const other = join(directory, caseSwapped(own))
  // Where case counts, hardly ever anything has the other name: the directory is read on file systems that fold alone.
  if (other === path || lstatSync(other, { throwIfNoEntry: false }) === undefined) return
  const names = readdirSync(directory)
  if (names.includes(own)) return
  const there = names.find((each) => folded(each) === folded(own))
  throw new Error(`its entry '${name}' and '${there}' differ in case alone, and the file system takes them for one`)
}

function caseSwapped(text: string): string {
  return [...text].map((sign) => (sign === sign.toLowerCase() ? sign.toUpperCase() : sign.toLowerCase())).join('')
}

function folded(text: string): string {
  return text.normalize('NFC').toLowerCase()
}
