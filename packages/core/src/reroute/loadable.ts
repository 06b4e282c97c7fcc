import type { ElfFile } from '../elf/elf-file.js'
import { type LoaderFamily, libcOf } from '../elf/loader-names.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import type { Passthrough, PassthroughCode } from './decision.js'
import type { Execution } from './execute.js'
import { knownFile } from './known-file.js'
import { launcherKind } from './launchers.js'

/** Says why a sysroot's loader can't take a program; null when it can. Whatever it can't take must run as without us. */
export function notLoadable({ asked, binary }: Execution, sysroot: Sysroot): Passthrough | null {
  const pass = (code: PassthroughCode, reason: string): Passthrough => ({
    decision: 'passthrough',
    code,
    reason,
    program: asked.real,
    follow: null,
  })
  const content = binary.content()
  if (content.type === 'unreadable') return pass('not-elf', content.message)
  if (content.type !== 'elf') return pass('launcher', 'no ELF file and no #! line: execvp(3) hands it to /bin/sh')

  const { elf } = content
  const { kind, machine, bits, interpreter } = elf
  if (kind === 'object') return pass('not-elf', 'an object file or core dump, which the kernel refuses')
  if (!isMachineOf(elf, sysroot)) {
    return pass(
      'foreign-machine',
      `a program of ${machine} (${bits} bits), while ${sysroot.spec} is of ${sysroot.machine}`,
    )
  }
  if (interpreter === null) {
    if (launcherKind(binary.real) !== null) return pass('launcher', `what ${binary.path} starts is not followed`)
    return pass('static', 'it has no interpreter (PT_INTERP): there is no libc to exchange')
  }
  // A private copy of a loader may have any name; then the libc that the program asks for tells.
  const family = libcOf(elf) ?? 'unknown'
  return family === (sysroot.musl ? 'musl' : 'glibc')
    ? null
    : pass('foreign-libc', otherLibc(family, interpreter, sysroot))
}

/** Class and byte order too: x32 and x86-64 share a machine number. */
function isMachineOf(elf: ElfFile, sysroot: Sysroot): boolean {
  const loader = loaderOf(sysroot)
  return (
    elf.machine === sysroot.machine &&
    (loader === null || (elf.bits === loader.bits && elf.byteOrder === loader.byteOrder))
  )
}

const loaders = new WeakMap<Sysroot, ElfFile | null>()

/** A sysroot's own ld.so, read once: a sysroot doesn't change while it is used. */
export function loaderOf(sysroot: Sysroot): ElfFile | null {
  const known = loaders.get(sysroot)
  if (known !== undefined) return known
  const elf = elfAt(sysroot.loader)
  loaders.set(sysroot, elf)
  return elf
}

/** The ELF file at a path, null when there is none. */
export function elfAt(path: string): ElfFile | null {
  const file = knownFile(path)
  const content = 'errno' in file ? null : file.content()
  return content?.type === 'elf' ? content.elf : null
}

/** False for a program that is linked to another libc than a sysroot's, whose loader would only crash with it. */
export function isForLibcOf({ musl }: Sysroot, program: string): boolean {
  const elf = elfAt(program)
  const libc = elf && libcOf(elf)
  return libc === null || libc === (musl ? 'musl' : 'glibc')
}

/** In words: what it was linked for, what the column has, what to do. */
function otherLibc(family: LoaderFamily, interpreter: string, { spec, glibc, musl }: Sysroot): string {
  const has = musl ? `${spec} is musl (${glibc})` : `${spec} is glibc ${glibc}`
  if (family === 'unknown') return `has the interpreter ${interpreter}, of no libc that is known here, while ${has}`
  const wanted = `is linked to ${family} (its loader is ${interpreter}), while ${has}`
  if (family === 'musl') return `${wanted}: run it in a column of musl, such as 'debian:bookworm+musl' or 'musl:DIR'`
  return family === 'glibc'
    ? `${wanted}: leave its tests out of this column, or \`exclude\` it if it is no more than a tool of theirs`
    : wanted
}
