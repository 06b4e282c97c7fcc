import type { Sysroot } from '../../sysroot/sysroot.js'

/** Build tools that take linker flags, each in its own way. */
export const linkerTools = ['cc', 'cargo', 'cgo', 'cmake'] as const
export type LinkerTool = (typeof linkerTools)[number]

/**
 * What makes a compiler link programs that run on a sysroot: for `cc` and `cmake` words of a command, for `cargo` and `cgo`
 * an assignment. DT_RPATH instead of DT_RUNPATH (--disable-new-dtags), so that the libraries' own needs are served too.
 */
export function linkerFlags({ loader, libraryPath, musl }: Sysroot, tool: LinkerTool): string {
  const flags = [`-Wl,--dynamic-linker=${loader}`, `-Wl,-rpath,${libraryPath.join(':')}`, '-Wl,--disable-new-dtags']
  const text = flags.join(' ')
  const forms: Readonly<Record<LinkerTool, string>> = {
    cc: text,
    // For musl it links statically unless told otherwise.
    cargo: `RUSTFLAGS='${musl ? '-C target-feature=-crt-static ' : ''}${flags.map((flag) => `-C link-arg=${flag}`).join(' ')}'`,
    cgo: `CGO_LDFLAGS='${text}'`,
    cmake: `'-DCMAKE_EXE_LINKER_FLAGS=${text}'`,
  }
  return forms[tool]
}
