import { randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, openSync, promises, renameSync, rmSync, writeFileSync } from 'node:fs'

/** Enough for a journal to take many at once, and few enough for any limit of descriptors. */
const AT_ONCE = 64

/**
 * Waits until the bytes of files are on the disk. What crashes with the machine is not the order of renames, which the journals of
 * ext4, XFS and Btrfs keep, but content that was never written: without this a sysroot could look finished whose libraries are
 * empty. So files are synced before the rename that lets others see them: those of a package before it is in the cache (a tree's
 * links to them need nothing more), those of a tree that are no such links, its manifest, and what leads to it: records and lock files.
 * Notes of locks and uses mean nothing after a crash.
 */
export async function syncFiles(paths: readonly string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += AT_ONCE) {
    await Promise.all(paths.slice(start, start + AT_ONCE).map(syncFile))
  }
}

/**
 * Writes a file under another name, beside its place unless told, and renames it: whoever reads it has the old one or the new one,
 * after a crash too.
 */
export function writeWhole(path: string, content: string | Uint8Array, freshAs: string = path): void {
  const fresh = `${freshAs}~${process.pid}-${randomBytes(6).toString('hex')}`
  try {
    const descriptor = openSync(fresh, 'wx', 0o664)
    try {
      writeFileSync(descriptor, content)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(fresh, path)
  } catch (error) {
    rmSync(fresh, { force: true })
    throw error
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await promises.open(path, 'r')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
