/** Whose dynamic loader a PT_INTERP names; `unknown` is a name of no table, such as a private copy's. */
export type LoaderFamily = 'glibc' | 'musl' | 'android' | 'uclibc' | 'bsd' | 'unknown'

/** By file name, but for Android's, whose name (`linker64`) says nothing without its directory. First match wins. */
const families: readonly (readonly [LoaderFamily, RegExp])[] = [
  ['android', /^\/(system|apex\/[^/]+)\/bin\/(bootstrap\/)?linker(64|_asan|_asan64)?$/],
  // Its own name is libc.so; the other is a link to it.
  ['musl', /(^|\/)(ld-musl-[^/]+\.so\.1|libc\.so)$/],
  ['uclibc', /(^|\/)ld(64)?-uClibc\.so\.\d+$/],
  ['bsd', /(^|\/)ld-elf(32)?\.so\.1$|(^|\/)libexec\/ld\.(elf_)?so$/],
  ['glibc', /(^|\/)(ld-linux[\w-]*\.so\.\d+|ld64\.so\.\d+|ld\.so\.1|ld-lsb[\w-]*\.so\.\d+|ld-\d+(\.\d+)+\.so)$/],
]

/** Names the family of a program's interpreter; the directory may be any (`/nix/store/…/ld-linux-x86-64.so.2`). */
export function loaderFamily(interpreter: string): LoaderFamily {
  return families.find(([, pattern]) => pattern.test(interpreter))?.[0] ?? 'unknown'
}

/** True for a program that a glibc sysroot may run: musl's and Android's programs crash under glibc's loader. */
export function isGlibcLoader(interpreter: string): boolean {
  return loaderFamily(interpreter) === 'glibc'
}

/** Whose libc a file was linked for: by its interpreter, else by the libc that it needs; null for one that tells neither. */
export function libcOf(file: {
  readonly interpreter: string | null
  readonly needed: readonly string[]
}): LoaderFamily | null {
  const { interpreter, needed } = file
  const family = interpreter === null ? 'unknown' : loaderFamily(interpreter)
  if (family !== 'unknown') return family
  if (needed.some((name) => /^libc\.so\.6(\.1)?$/.test(name))) return 'glibc'
  if (needed.some((name) => /^libc\.(so$|musl-)|^ld-musl-/.test(name))) return 'musl'
  return interpreter === null ? null : 'unknown'
}

/**
 * Whether musl's loader answers a NEEDED name with itself, without a look at any file: libc, and the libraries that are parts of
 * it (ldso/dynlink.c, load_library). So it takes a glibc's `libc.so.6` for itself too.
 */
export function isMuslItself(name: string): boolean {
  return /^lib(c|pthread|rt|m|dl|util|xnet)\./.test(name)
}
