import { readFileSync } from 'node:fs'

/** The banner that glibc prints (csu/version.c, and elf/rtld.c from 2.33 on), as `strings` finds it. */
const BANNER = /(?:stable|development) release version (\d+\.\d+)/
const IN_BANNER = ' release version '

/** glibc's version by the banner in a libc.so.6 or a loader; null without one (loaders before 2.33 have none). */
export function bannerVersion(path: string): string | null {
  const bytes = readFileSync(path)
  for (let at = bytes.indexOf(IN_BANNER); at !== -1; at = bytes.indexOf(IN_BANNER, at + 1)) {
    const version = BANNER.exec(bytes.toString('latin1', Math.max(0, at - 16), at + 32))?.[1]
    if (version !== undefined) return version
  }
  return null
}

/** The highest plain `GLIBC_X.Y` that a libc defines: what is left when a vendor removed the banner. */
export function highestDefined(defines: readonly string[]): string | null {
  const versions = defines.flatMap((name) => /^GLIBC_(\d+\.\d+)$/.exec(name)?.[1] ?? [])
  return versions.sort((left, right) => minor(left) - minor(right)).at(-1) ?? null
}

/** All of glibc 2's versions differ in the minor number alone. */
export function minor(version: string): number {
  return Number(version.split('.')[1])
}
