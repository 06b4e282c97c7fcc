import { readdirSync, readFileSync } from 'node:fs'

/** What apt reads need not be there: a missing directory has no files, and a missing file no text. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch {
    return []
  }
}

export function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
