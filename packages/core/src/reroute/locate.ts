import type { Command } from './decision.js'
import { type Execution, execute } from './execute.js'
import type { Errno } from './known-file.js'

// glibc posix/execvpe.c: CS_PATH, when the child's environment has no PATH at all.
const defaultPath = '/bin:/usr/bin'

// glibc posix/execvpe.c: after these the search goes on; any other errno ends it.
const searchGoesOn: ReadonlySet<string> = new Set(['EACCES', 'ENOENT', 'ESTALE', 'ENOTDIR', 'ENODEV', 'ETIMEDOUT'])

/**
 * Finds what a child would execute: libuv changes to the child's cwd, takes the child's environment and calls
 * execvp(3), so PATH and relative names are the child's, never ours.
 */
export function locate(command: Command): Execution | Errno {
  const { file, args, cwd, env } = command
  if (file === '') return { errno: 'ENOENT', path: file }
  if (file.includes('/')) return execute(file, args, cwd)

  let refusal: Errno = { errno: 'ENOENT', path: file }
  for (const directory of (env.PATH ?? defaultPath).split(':')) {
    const found = execute(directory === '' ? file : `${directory}/${file}`, args, cwd)
    if (!('errno' in found)) return found
    if (!searchGoesOn.has(found.errno)) return found
    if (refusal.errno !== 'EACCES') refusal = found
  }
  return refusal
}
