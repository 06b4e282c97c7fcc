// Builds the shim with the host's C compiler into prebuilt/linux-ARCH, where src/index.ts finds it.
import { spawnSync } from 'node:child_process'
import { mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const flags = [
  '-std=gnu11',
  '-O2',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-shared',
  '-fPIC',
  '-nostdlib',
  '-ffreestanding',
  '-fno-builtin',
  '-fno-stack-protector',
  '-fno-tree-loop-distribute-patterns',
  '-fno-asynchronous-unwind-tables',
  '-fvisibility=hidden',
  '-Wl,--hash-style=both',
  '-Wl,--build-id=sha1',
  '-Wl,-z,noexecstack',
  '-Wl,-soname,glibc-matrix-shim.so',
]

if (process.platform !== 'linux') {
  console.log(`glibc-matrix: the shim is for Linux; nothing to build on ${process.platform}`)
} else {
  build(process.env.CC ?? 'cc', join(import.meta.dirname, 'prebuilt', `linux-${process.arch}`))
}

function build(compiler, directory) {
  mkdirSync(directory, { recursive: true })
  const target = join(directory, 'shim.so')
  const fresh = `${target}.${process.pid}`
  const source = join(import.meta.dirname, 'c', 'shim.c')
  const result = spawnSync(compiler, [...flags, '-o', fresh, source], { stdio: 'inherit' })
  if (result.error !== undefined || result.status !== 0) {
    rmSync(fresh, { force: true })
    const found =
      result.error === undefined
        ? `it exited with ${result.status}`
        : `'${compiler}' could not be started (${result.error.code})`
    console.error(
      `glibc-matrix: the shim needs a C compiler: ${found}. Install one (Debian: apt-get install gcc libc6-dev) or set CC.`,
    )
    process.exit(1)
  }
  renameSync(fresh, target)
}
