import { relative, sep } from 'node:path'

/** A test file as journals and grid name it. */
export function suiteOf(file: string, root: string): string {
  return relative(root, file).split(sep).join('/')
}
