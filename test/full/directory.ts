import { realpathSync } from 'node:fs'
import tmp from 'tmp'

/** A directory outside of this repository, gone when the test file ends. */
export function temporaryDirectory(name: string): string {
  return realpathSync(tmp.dirSync({ prefix: `glibc-matrix-${name}-` }).name)
}
