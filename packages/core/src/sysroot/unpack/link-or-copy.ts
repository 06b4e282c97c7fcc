import { constants, copyFileSync, linkSync } from 'node:fs'

/** Some file systems have no hard links, some kernels forbid those to another user's file, and every file has only so many. */
const NO_LINK = ['EPERM', 'EMLINK', 'EXDEV', 'ENOTSUP', 'ENOSYS', 'EACCES']

/** A second name of a file that nobody writes any more, or a copy of it where that can't be; throws EEXIST. */
export function linkOrCopy(source: string, target: string): void {
  try {
    linkSync(source, target)
  } catch (error) {
    if (!NO_LINK.includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    copyFileSync(source, target, constants.COPYFILE_EXCL)
  }
}
