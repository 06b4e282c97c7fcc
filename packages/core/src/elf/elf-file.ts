/**
 * What a file is to a loader. `dynamic` has PT_INTERP and is a program; `static` and `static-pie` are programs without
 * it; `shared` is a library (libc.so.6 too, although it has PT_INTERP); `object` is ET_REL, ET_CORE or debug information
 * split off; `script` starts with `#!`.
 */
export type ElfKind = 'dynamic' | 'static' | 'static-pie' | 'shared' | 'object' | 'script' | 'not-elf'

/** One version that an object needs of a library (gABI-style Verneed/Vernaux; see glibc elf/elf.h). */
export interface VersionNeed {
  readonly version: string
  /** VER_FLG_WEAK in vna_flags: the loader only warns when the version is missing. */
  readonly weak: boolean
}

/** What the loader will read of a file; nothing in it was run. Strings are decoded as latin1 when not valid UTF-8. */
export interface ElfFile {
  readonly path: string
  readonly kind: ElfKind
  /** uname-like name (`x86_64`, `aarch64`, `i386`, `arm`, `s390x`, `riscv64`, …), `em-N` for others, null when not ELF. */
  readonly machine: string | null
  readonly bits: 32 | 64 | null
  readonly byteOrder: 'little' | 'big' | null
  readonly interpreter: string | null
  readonly soname: string | null
  readonly needed: readonly string[]
  readonly rpath: string | null
  readonly runpath: string | null
  /** By library, in file order. */
  readonly requires: Readonly<Record<string, readonly VersionNeed[]>>
  /** Version names that the object defines (Verdef), the base definition excluded. */
  readonly defines: readonly string[]
  /** NT_GNU_BUILD_ID in lower-case hex. */
  readonly buildId: string | null
}

/** A symbol that forces the floor. */
export interface FloorSymbol {
  readonly name: string
  readonly version: string
  readonly library: string
}

/** The lowest glibc that an object's strong version needs allow, and the symbols that force it. */
export interface Floor {
  /** `2.34`, without the `GLIBC_` prefix. */
  readonly glibc: string
  readonly symbols: readonly FloorSymbol[]
}
