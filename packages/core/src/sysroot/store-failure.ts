import { GlibcMatrixError } from '../errors.js'

/** Says in the user's words why the store could not be written; other errors pass unchanged. */
export function storeFailure(error: unknown, store: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') {
    return new GlibcMatrixError(
      'NO_SPACE',
      `There is no space left in ${store} (${code}); nothing half-written stays there`,
      'Free some space (a sysroot takes 10 to 25 MB), or set GLIBC_MATRIX_HOME to another file system.',
      { store, errno: code },
      error,
    )
  }
  // Node says so of mkdir on a read-only file system.
  const isMkdir = code === 'ENOENT' && (error as NodeJS.ErrnoException).syscall === 'mkdir'
  if (isMkdir || code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new GlibcMatrixError(
      'STORE_NOT_WRITABLE',
      `The store ${store} can't be written (${code}): ${(error as Error).message}`,
      'Make it writable for this user, or set GLIBC_MATRIX_HOME to a directory that is.',
      { store, errno: code },
      error,
    )
  }
  return error
}
