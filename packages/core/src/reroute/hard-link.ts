import { linkSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { makeReadable } from './readable.js'

/**
 * Links files, and directories with all in them, where another user can reach them whatever lies above the target. A hard
 * link is the same file, so a process that maps it still proves its libc.
 *
 * @throws the error of link(2): EXDEV when the target is on another file system.
 */
export function hardLink(target: string, path: string): void {
  const real = realpathSync(target)
  if (!statSync(real).isDirectory()) {
    linkSync(real, path)
    return
  }
  makeReadable(path)
  for (const name of readdirSync(real)) hardLink(join(real, name), join(path, name))
}
