/** Debian policy 5.6.1. */
export function isPackageName(name: string): boolean {
  return /^[a-z0-9][a-z0-9+.-]+$/.test(name)
}

/**
 * Whether a package may lie there below a mirror: no sign that a URL reads as more than a path (`%2e%2e` and `\\` climb as well as
 * `..`, `?` and `#` end it).
 */
export function isPackagePath(path: string): boolean {
  return /^[\w.+~:@=,-][\w.+~:@=,/-]*\.deb$/.test(path) && !path.split('/').includes('..')
}
