import { chmodSync, lstatSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Takes the right to write from a directory and all below it; files come without it. */
export function makeReadOnly(directory: string): void {
  setModes(directory, 0o555)
}

/** Deletes a directory, of read-only ones too, which rm can't do for a user who isn't root. */
export function removeTree(path: string): void {
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory()) setModes(path, 0o755)
  } catch {
    // Another's, or something went while it was looked at: whether all can be deleted is seen now.
  }
  // A build that was orphaned writes for another moment.
  rmSync(path, { recursive: true, force: true, maxRetries: 10 })
}

/** Each directory before what is in it: one that can't be read can't be gone through. */
function setModes(directory: string, mode: number): void {
  chmodSync(directory, mode)
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isDirectory()) setModes(join(directory, entry.name), mode)
  }
}
