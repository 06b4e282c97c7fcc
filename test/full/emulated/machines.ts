import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { resolveSysroot } from '../../e2e/traps/built.js'
import { temporaryDirectory } from '../directory.js'

const sources = fileURLToPath(new URL('../../../fixtures/programs', import.meta.url))

/** A machine that isn't this one: the column of its programs, and what compiles them. */
export interface Machine {
  readonly spec: string
  /** As files and `uname -m` name it (32-bit arm by its first letters). */
  readonly machine: string
  readonly compiler: string
}

export const arm64: Machine = {
  spec: 'debian:trixie/arm64',
  machine: 'aarch64',
  compiler: 'aarch64-linux-gnu-gcc',
}

/** Of either byte order and class; an old glibc, and new ones. */
export const machines: readonly Machine[] = [
  arm64,
  { ...arm64, spec: 'debian:bullseye/arm64' },
  { spec: 'debian:bookworm/s390x', machine: 's390x', compiler: 's390x-linux-gnu-gcc' },
  { spec: 'debian:forky/riscv64', machine: 'riscv64', compiler: 'riscv64-linux-gnu-gcc' },
  { spec: 'debian:bookworm/armhf', machine: 'arm', compiler: 'arm-linux-gnueabihf-gcc' },
  // This one the kernel runs itself, beside its own.
  { spec: 'debian:bookworm/i386', machine: 'i386', compiler: 'i686-linux-gnu-gcc' },
]

/** Compiles fixture programs for a machine, against the libc of its column, and returns where they are. */
export async function compileFor({ spec, compiler }: Machine, ...names: readonly string[]): Promise<string> {
  const { libc } = await resolveSysroot({ spec }, { install: true })
  const directory = temporaryDirectory('emulated')
  const libraries = ['libdl.so.2', 'libpthread.so.0'].map((name) => join(dirname(libc.path), name))
  const linked = ['-nodefaultlibs', '-Wl,--as-needed', ...libraries, libc.path, '-lgcc', '-Wl,--allow-shlib-undefined']
  for (const name of names) {
    const words = ['-O1', '-o', join(directory, name), join(sources, `${name}.c`), ...linked]
    execFileSync(compiler, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  return directory
}
