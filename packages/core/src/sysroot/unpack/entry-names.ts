/** NAME_MAX of Linux's limits.h, in bytes. */
const MAX_PART = 255

/** Leaves room below PATH_MAX (4096) for the place where a sysroot lies, in bytes. */
const MAX_NAME = 2048

/** PATH_MAX of Linux's limits.h, without the final zero. */
const MAX_TARGET = 4095

/** No package has them, and in a message they would speak to the terminal. */
const CONTROL = /\p{Cc}/u

/** Names inside are relative (`./usr/lib`); one that is absolute or climbs is an attack, one too long can't be written. */
export function checkedName(name: string): string {
  const parts = name.split('/').filter((part) => part !== '.' && part !== '')
  if (CONTROL.test(name)) throw new Error(`its entry ${JSON.stringify(name.slice(0, 60))} has control characters`)
  if (name.startsWith('/') || parts.includes('..')) throw new Error(`its entry '${name}' would leave the directory`)
  if (Buffer.byteLength(name) > MAX_NAME || parts.some((part) => Buffer.byteLength(part) > MAX_PART)) {
    throw new Error(`its entry '${name.slice(0, 60)}…' has a name that is too long`)
  }
  return parts.join('/')
}

/** The target of a link may lead anywhere (it is turned inwards when it is written), but a file system must take it. */
export function checkedTarget(target: string, name: string, type: string): string {
  const isLink = type === 'symlink' || type === 'link'
  if (isLink && (target === '' || CONTROL.test(target) || Buffer.byteLength(target) > MAX_TARGET)) {
    throw new Error(`its link '${name}' has a target that no file system takes`)
  }
  return target
}

/**
 * Throws for a name that an archive holds twice, so that what a reader of its list sees is what is written; a directory may
 * come again. Names that differ in case alone are two (linux-libc-dev, ncurses-term and iptables have such), where the file
 * system doesn't fold case: `refuseFolded` tells.
 */
export function freshNames(): (name: string, type: string) => void {
  const seen = new Set<string>()
  return (name, type) => {
    if (seen.has(name)) throw new Error(`its entry '${name}' is there twice`)
    if (type !== 'directory') seen.add(name)
  }
}
