// Builds what packages/native ships into prebuilt/linux-ARCH (Node's names), where src/index.ts finds it: for this machine
// with its own compiler, for the others where a cross compiler is installed (a release needs them all: --all).
import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const freestanding = [
  ...['-std=gnu11', '-O2', '-Wall', '-Wextra', '-Werror', '-nostdlib', '-ffreestanding', '-fno-builtin'],
  ...['-fno-stack-protector', '-fno-tree-loop-distribute-patterns', '-fno-asynchronous-unwind-tables'],
  ...['-fvisibility=hidden', '-Wl,--build-id=sha1', '-Wl,-z,noexecstack'],
]
const outputs = [
  {
    file: 'shim.so',
    source: 'shim.c',
    flags: [
      ...['-Os', '-shared', '-fPIC', '-Wl,--hash-style=both', '-Wl,-soname,glibc-matrix-shim.so'],
      ...['-Wl,-z,noseparate-code', '-Wl,-z,norelro', '-Wl,-Bsymbolic-functions'],
      `-Wl,-T,${join(import.meta.dirname, 'c', 'shim.ld')}`,
      // Only what is weak may stay undefined.
      '-Wl,-z,defs',
    ],
  },
  { file: 'accountant', source: 'accountant.c', flags: ['-static', '-no-pie', '-fno-pie'] },
  { file: 'namespace', source: 'namespace.c', flags: ['-static', '-no-pie', '-fno-pie'] },
  // It shares a part of the shim's headers.
  { file: 'emulate', source: 'emulate.c', flags: ['-static', '-no-pie', '-fno-pie', '-Wno-unused-function'] },
]
/** GCC's outline atomics are functions of libgcc, which isn't there. */
const machineFlags = {
  arm64: ['-mno-outline-atomics'],
  ia32: ['-D_FILE_OFFSET_BITS=64'],
  arm: ['-marm', '-fno-unwind-tables', '-D_FILE_OFFSET_BITS=64'],
}
/** Division is libgcc's there. */
const libraries = { ia32: ['-lgcc'], arm: ['-lgcc'] }
const compilers = {
  x64: 'x86_64-linux-gnu-gcc',
  arm64: 'aarch64-linux-gnu-gcc',
  s390x: 's390x-linux-gnu-gcc',
  riscv64: 'riscv64-linux-gnu-gcc',
  ia32: 'i686-linux-gnu-gcc',
  arm: 'arm-linux-gnueabihf-gcc',
}
/** Where an emulator runs programs, all that runs on the machine itself is another's. */
const emulatedOnly = ['s390x', 'riscv64', 'ia32', 'arm']

if (process.platform !== 'linux') {
  console.log(`glibc-matrix: the native parts are for Linux; nothing to build on ${process.platform}`)
} else {
  const all = process.argv.includes('--all')
  for (const [arch, cross] of Object.entries(compilers)) {
    const own = arch === process.arch
    const compiler = own ? (process.env.CC ?? 'cc') : cross
    if (own || all || spawnSync(compiler, ['--version']).status === 0) build(compiler, arch)
  }
}

function build(compiler, arch) {
  const directory = join(import.meta.dirname, 'prebuilt', `linux-${arch}`)
  mkdirSync(directory, { recursive: true })
  for (const { file, source, flags } of emulatedOnly.includes(arch) ? outputs.slice(0, 1) : outputs) {
    const fresh = join(directory, `${file}.${process.pid}`)
    const all = [...freestanding, ...(machineFlags[arch] ?? []), ...flags]
    compile(compiler, [...all, '-o', fresh, join(import.meta.dirname, 'c', source), ...(libraries[arch] ?? [])], fresh)
    renameSync(fresh, join(directory, file))
  }
}

function compile(compiler, args, fresh) {
  const result = spawnSync(compiler, args, { stdio: 'inherit' })
  if (result.error === undefined && result.status === 0) return
  rmSync(fresh, { force: true })
  const found = result.error ? `could not be started (${result.error.code})` : `exited with ${result.status}`
  console.error(
    `glibc-matrix: the native parts need a C compiler: '${compiler}' ${found}. ` +
      'Install one (Debian: apt-get install gcc libc6-dev) or set CC.',
  )
  process.exit(1)
}
