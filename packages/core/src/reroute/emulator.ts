import { join } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { mayExecute } from './may-execute.js'

/**
 * Path of what runs a machine's programs on another: qemu-user, which needs no set-up and no binfmt_misc; null where the
 * kernel itself runs them. Machines by their uname-like names.
 *
 * @throws GlibcMatrixError EMULATOR_MISSING.
 */
export function emulatorFor(machine: string, host: string): string | null {
  if (!needsEmulator(machine, host)) return null
  const path = findEmulator(machine)
  if (path !== null) return path
  throw missing(machine, host)
}

/** Machines that Debian has sysroots of, and what would run their programs here. */
export function emulators(host: string): { readonly machine: string; readonly path: string | null }[] {
  return machines
    .filter((machine) => needsEmulator(machine, host))
    .map((machine) => ({ machine, path: findEmulator(machine) }))
}

const machines = ['x86_64', 'aarch64', 'arm', 's390x', 'riscv64', 'ppc64le']

export function needsEmulator(machine: string, host: string): boolean {
  return machine !== host && narrower[host] !== machine
}

/** A static one is looked for first: the child's LD_* variables are no business of the emulator. */
export function emulatorName(machine: string): string {
  return `qemu-${machine}-static`
}

/** Where the emulator of a machine is, by its uname-like name; null when it isn't. */
export function findEmulator(machine: string): string | null {
  const directories = (process.env.PATH ?? '').split(':')
  const names = [emulatorName(machine), `qemu-${machine}`]
  const paths = names.flatMap((name) =>
    directories.filter((directory) => directory.startsWith('/')).map((directory) => join(directory, name)),
  )
  return paths.find(mayExecute) ?? null
}

/** 32-bit machines whose programs the 64-bit kernel runs itself (where it was built to). */
const narrower: Readonly<Record<string, string>> = { x86_64: 'i386' }

function missing(machine: string, host: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'EMULATOR_MISSING',
    `programs of ${machine} need an emulator on this machine (${host}): neither qemu-${machine}-static nor qemu-${machine} is in PATH`,
    "Install it (Debian and Ubuntu: the package qemu-user-static, from Debian 13 on qemu-user), or leave the column out; onMissing: 'skip' shows it as skipped.",
    { machine, host },
  )
}
