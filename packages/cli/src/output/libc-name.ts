/** A column's libc for people: `glibc 2.31`; musl's versions carry their name. */
export function libcName(version: string): string {
  return version.startsWith('musl-') ? version : `glibc ${version}`
}
