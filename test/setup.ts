import { createRequire } from 'node:module'
import { afterAll } from 'vitest'
import { removeTree } from '../packages/core/src/sysroot/read-only.js'

/**
 * Runs before each test file: what `tmp` makes for it is gone when it ends, read-only sysroots too. tmp's own cleanup waits for the
 * process's exit, which Vitest's workers don't see.
 */
const tmp = createRequire(import.meta.url)('tmp') as typeof import('tmp')
const made: string[] = []
const { dirSync } = tmp

// Before anyone imports it: an import copies the names.
tmp.dirSync = (options) => {
  const directory = dirSync(options)
  made.push(directory.name)
  return directory
}

// The first of the hooks is the last to run.
afterAll(() => made.splice(0).forEach(removed))

function removed(directory: string): void {
  try {
    removeTree(directory)
  } catch {
    // What another user made in it stays: no test has failed by that.
  }
}
