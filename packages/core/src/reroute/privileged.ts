import { statSync } from 'node:fs'

const setId = 0o6000

/** A set-user-ID or set-group-ID program loses its privilege behind a loader (execve(2)): it must be started as it is. */
export function isPrivileged(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat !== undefined && (stat.mode & setId) !== 0
}
