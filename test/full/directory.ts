import { realpathSync } from 'node:fs'
import tmp from 'tmp'
import { afterAll } from 'vitest'
import { removeTree } from '../../packages/core/src/sysroot/read-only.js'

const made: string[] = []

/** A directory outside of this repository, gone when the test file ends: tmp's own cleanup doesn't run in Vitest's workers. */
export function temporaryDirectory(name: string): string {
  const directory = realpathSync(tmp.dirSync({ prefix: `glibc-matrix-${name}-` }).name)
  made.push(directory)
  return directory
}

// A sysroot in them is read-only.
afterAll(() => made.splice(0).forEach(removeTree))
