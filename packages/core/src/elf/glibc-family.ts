/**
 * Sonames that one build of glibc ships together: mixing two builds of them crashes. From `dpkg -L libc6` of Debian
 * 2.31 to 2.44 and glibc's shlib-versions (other machines, older releases). libcrypt.so.1 is libxcrypt's by now.
 */
const glibcSonames: ReadonlySet<string> = new Set([
  'libBrokenLocale.so.1',
  'libSegFault.so',
  'libanl.so.1',
  'libc.so.6',
  'libc.so.6.1',
  'libc_malloc_debug.so.0',
  'libdl.so.2',
  'libdl.so.2.1',
  'libm.so.6',
  'libm.so.6.1',
  'libmemusage.so',
  'libmvec.so.1',
  'libnsl.so.1',
  'libnss_compat.so.2',
  'libnss_db.so.2',
  'libnss_dns.so.2',
  'libnss_files.so.2',
  'libnss_hesiod.so.2',
  'libnss_nis.so.2',
  'libnss_nisplus.so.2',
  'libpcprofile.so',
  'libpthread.so.0',
  'libresolv.so.2',
  'librt.so.1',
  'libthread_db.so.1',
  'libutil.so.1',
])

/** Runtimes of the compiler: built against a glibc and shipped beside it, though not by it (libgcc-s1, libstdc++6 …). */
const companionSonames: ReadonlySet<string> = new Set([
  'libatomic.so.1',
  'libgcc_s.so.1',
  'libgcc_s.so.2',
  'libgcc_s.so.4',
  'libgomp.so.1',
  'libquadmath.so.0',
  'libstdc++.so.6',
])

/** ld.so's own names, by machine: `ld-linux-x86-64.so.2`, `ld-linux.so.3`, `ld64.so.1`, `ld.so.1`. */
const loaderSoname = /^(ld-linux[\w-]*\.so\.\d+|ld64\.so\.\d+|ld\.so\.1)$/

/** True for a soname that must come from the same sysroot as libc.so.6. */
export function isGlibcFamily(soname: string): boolean {
  return glibcSonames.has(soname) || loaderSoname.test(soname)
}

/** True for a compiler's runtime: a sysroot's own goes before the host's. */
export function isToolchainCompanion(soname: string): boolean {
  return companionSonames.has(soname)
}
