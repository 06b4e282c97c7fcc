import { closeSync, fstatSync, openSync } from 'node:fs'

/** A file that stays known when its path no longer leads to it. */
export interface HeldFile {
  readonly isUnchanged: () => boolean
  readonly close: () => void
}

/**
 * Holds the file that `path` names now; a link or a change of mode is no change.
 *
 * @throws the error of open(2).
 */
export function holdFile(path: string): HeldFile {
  const fd = openSync(path, 'r')
  const first = fstatSync(fd, { bigint: true })
  return {
    isUnchanged() {
      const now = fstatSync(fd, { bigint: true })
      return now.mtimeNs === first.mtimeNs && now.size === first.size
    },
    close: () => closeSync(fd),
  }
}
