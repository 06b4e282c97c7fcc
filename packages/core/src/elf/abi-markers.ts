/**
 * Versions that mark an ability of the loader, not a symbol: a linker adds the need for each by itself. The release that
 * first had them, for display: distributions backport them (Debian's 2.41 has the last two), so that a verdict must ask the
 * sysroot's own Verdef. From glibc's elf/Versions, sysdeps/i386/Versions and sysdeps/x86_64/Versions.
 */
export const abiMarkers: Readonly<Record<string, string>> = {
  /** `ld -z pack-relative-relocs` */
  GLIBC_ABI_DT_RELR: '2.36',
  /** `__tls_get_addr` that keeps registers, i386 */
  GLIBC_ABI_GNU_TLS: '2.42',
  /** TLS descriptors that keep registers */
  GLIBC_ABI_GNU2_TLS: '2.42',
  /** `ld -z mark-plt` */
  GLIBC_ABI_DT_X86_64_PLT: '2.42',
}
