import type { Sysroot } from './sysroot.js'

/** A sysroot whose root was renamed to `path`, with all that lies in it: files keep their inodes. */
export function moved(sysroot: Sysroot, path: string): Sysroot {
  const there = (old: string) => path + old.slice(sysroot.path.length)
  const thereOrNone = (old: string | null) => (old === null ? null : there(old))
  const { loader, libc, libraryPath, gconv, locales } = sysroot
  return {
    ...sysroot,
    path,
    loader: there(loader),
    libc: { ...libc, path: there(libc.path) },
    libraryPath: libraryPath.map(there),
    gconv: thereOrNone(gconv),
    locales: thereOrNone(locales),
  }
}
