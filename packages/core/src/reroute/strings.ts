/** Offset of a NUL-terminated string that stands on its own in a binary, or -1. `from` continues a search. */
export function findString(bytes: Buffer, text: string, from = 0): number {
  const needle = Buffer.from(`${text}\0`, 'latin1')
  for (let at = bytes.indexOf(needle, from); at !== -1; at = bytes.indexOf(needle, at + 1)) {
    if (at === 0 || bytes[at - 1] === 0) return at
  }
  return -1
}

/** Every offset at which `text` stands as a whole NUL-terminated string. */
export function findStrings(bytes: Buffer, text: string): number[] {
  const found: number[] = []
  for (let at = findString(bytes, text); at !== -1; at = findString(bytes, text, at + 1)) found.push(at)
  return found
}

/**
 * A directory spelled with exactly `length` bytes by repeating its last slash, or null when it is too long: tables in
 * a binary keep the lengths of their strings elsewhere.
 */
export function padDirectory(directory: string, length: number): string | null {
  const spelled = directory.endsWith('/') ? directory : `${directory}/`
  const missing = length - Buffer.byteLength(spelled)
  return missing < 0 ? null : spelled + '/'.repeat(missing)
}
