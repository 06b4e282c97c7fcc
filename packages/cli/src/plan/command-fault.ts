import { existsSync } from 'node:fs'
import { type ErrorCode, GlibcMatrixError, inspect } from '@glibc-matrix/core'

/** As much of a plan as tells why a command can't be started. */
interface Planned {
  readonly code: string
  readonly reason: string
  readonly program: string | null
}

/** Why a command can't be started at all, told before anything is; null for one that can. */
export function commandFault(file: string, { code, reason, program }: Planned): GlibcMatrixError | null {
  const path = program ?? file
  const fault = (errorCode: ErrorCode, found: string, hint: string) =>
    new GlibcMatrixError(errorCode, found, hint, { file, program })
  // A directory of PATH that this user can't search is EACCES for execvp(3), and no program for people.
  const inPath = !file.includes('/')
  if (code === 'missing' || (code === 'not-executable' && inPath && !existsSync(path))) {
    if (inPath)
      return fault('PROGRAM_NOT_FOUND', `there is no program '${file}' in PATH`, 'Check its name, or write its path.')
    const found = existsSync(file) ? `'${file}' can't be started: ${reason}` : `there is no program '${file}'`
    return fault('PROGRAM_NOT_FOUND', found, 'Check its path, and the #! line of a script.')
  }
  if (code === 'not-executable') {
    return fault('PROGRAM_NOT_EXECUTABLE', `'${file}' can't be executed: ${reason}`, `Perhaps: chmod +x ${path}`)
  }
  if (code === 'foreign-machine' && !isRunByKernel(path)) {
    return fault('PROGRAM_FOREIGN', `'${file}' can't run on this machine: ${reason}`, 'Use one built for this machine.')
  }
  if (code !== 'not-elf') return null
  return (
    damage(path) ?? fault('PROGRAM_NOT_EXECUTABLE', `'${file}' is no program: ${reason}`, 'Name a program or script.')
  )
}

/** 32-bit programs of the same family, and what binfmt_misc hands to an emulator. */
function isRunByKernel(path: string): boolean {
  const inspection = inspect(path)
  const machine = 'error' in inspection ? null : inspection.machine
  const narrow: Readonly<Record<string, string>> = { x64: 'i386', arm64: 'arm' }
  return machine === narrow[process.arch] || existsSync(`/proc/sys/fs/binfmt_misc/qemu-${machine}`)
}

/** A file that begins as ELF and then isn't: the reader's own error says where. */
function damage(path: string): GlibcMatrixError | null {
  const inspection = inspect(path)
  if (!('error' in inspection)) return null
  const { code, message, hint } = inspection.error
  return new GlibcMatrixError(code, message, hint, { path })
}
