import { randomBytes } from 'node:crypto'
import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readElf } from '../../elf/read.js'
import { GlibcMatrixError } from '../../errors.js'
import type { Sysroot } from '../../sysroot/sysroot.js'
import { systemDirectoryOf } from '../system-directories.js'
import { editProgram } from './patched-elf.js'

/**
 * Writes a copy of a program that runs on a sysroot from then on, without us: its interpreter is the sysroot's own loader,
 * and its DT_RPATH names the sysroot's libraries, after what the program bundles and before the host's directories.
 *
 * @throws GlibcMatrixError STRATEGY_REFUSED when the file can't be edited so; ELF_NOT_READABLE and the like.
 */
export function patchProgram(input: string, output: string, sysroot: Sysroot): void {
  const { rpath, runpath } = readElf(input)
  const own = (runpath ?? rpath ?? '').split(':').filter((path) => path !== '')
  const isHost = (path: string) => systemDirectoryOf(`${path}/.`) !== null
  const path = [...own.filter((each) => !isHost(each)), ...sysroot.libraryPath, ...own.filter(isHost)].join(':')
  const from = dirname(realpathSync(input))
  const edit = {
    interpreter: sysroot.loader,
    searchPath: sysroot.path === '/' ? null : path,
    origin: from === realpathSync(dirname(resolve(output))) ? null : from,
    preload: null,
  }
  const fresh = `${output}.${randomBytes(6).toString('hex')}`
  try {
    copyFileSync(input, fresh, constants.COPYFILE_EXCL)
    chmodSync(fresh, 0o700)
    const refusal = withFile(fresh, (fd) => editProgram(fd, edit))
    if (refusal !== null) throw refused(input, refusal)
    chmodSync(fresh, statSync(input).mode & 0o777)
    renameSync(fresh, output)
  } finally {
    rmSync(fresh, { force: true })
  }
}

function withFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, 'r+')
  try {
    return use(fd)
  } finally {
    closeSync(fd)
  }
}

function refused(input: string, reason: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'STRATEGY_REFUSED',
    `${input} can't be patched: ${reason}`,
    'Link it anew with what `glibc-matrix flags` prints, or start it with `glibc-matrix run`.',
    { input, reason },
  )
}
