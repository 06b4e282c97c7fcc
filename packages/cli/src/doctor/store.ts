import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { storeDirectory } from '@glibc-matrix/core'
import { type Check, notice, ok, problem } from './check.js'

/** Bytes that an install of a few sysroots wants. */
const comfortable = 200e6

export const store: Check = {
  name: 'store',
  look() {
    const directory = storeDirectory(process.env)
    const existing = nearestExisting(directory)
    if (!isWritable(existing)) {
      const hint = 'Make it writable for this user, or set GLIBC_MATRIX_HOME to a directory that is.'
      return [problem(`${directory} can't be written (${existing} is no directory that this user may write)`, hint)]
    }
    const { bavail, bsize } = statfsSync(existing)
    const free = bavail * bsize
    const found = `${directory}, ${Math.round(free / 1e6)} MB free`
    if (free >= comfortable) return [ok(found)]
    return [notice(found, 'A sysroot takes 10 to 25 MB; GLIBC_MATRIX_HOME moves the store to another file system.')]
  },
}

function nearestExisting(path: string): string {
  return existsSync(path) ? path : nearestExisting(dirname(path))
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
