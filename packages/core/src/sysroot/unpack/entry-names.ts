/** NAME_MAX of Linux's limits.h, in bytes. */
const MAX_PART = 255

/** Leaves room below PATH_MAX (4096) for the place where a sysroot lies, in bytes. */
const MAX_NAME = 2048

/** Names inside are relative (`./usr/lib`); one that is absolute or climbs is an attack, one too long can't be written. */
export function checkedName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '')
  if (name.startsWith('/') || parts.includes('..') || name.includes('\0')) {
    throw new Error(`its entry '${name}' would leave the directory`)
  }
  if (Buffer.byteLength(name) > MAX_NAME || parts.some((part) => Buffer.byteLength(part) > MAX_PART)) {
    throw new Error(`its entry '${name.slice(0, 60)}…' has a name that is too long`)
  }
  return parts.join('/')
}

/**
 * Throws for a name that an archive holds twice, so that what a reader of its list sees is what is written. Names that differ in
 * case alone count as one: a file system that folds case would keep only the last.
 */
export function freshNames(): (name: string) => void {
  const seen = new Map<string, string>()
  return (name) => {
    const folded = name.normalize('NFC').toLowerCase()
    const other = seen.get(folded)
    if (other === name) throw new Error(`its entry '${name}' is there twice`)
    if (other !== undefined) throw new Error(`its entries '${other}' and '${name}' differ in case alone`)
    seen.set(folded, name)
  }
}
