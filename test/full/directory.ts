import { realpathSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import tmp from 'tmp'
import { afterAll } from 'vitest'

const made: string[] = []

/** A directory outside of this repository, gone when the test file ends: tmp's own cleanup doesn't run in Vitest's workers. */
export function temporaryDirectory(name: string): string {
  const directory = realpathSync(tmp.dirSync({ prefix: `glibc-matrix-${name}-` }).name)
  made.push(directory)
  return directory
}

afterAll(async () => {
  for (const directory of made.splice(0)) await rm(directory, { recursive: true, force: true })
})
