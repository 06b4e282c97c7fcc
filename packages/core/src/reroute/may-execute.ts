import { accessSync, constants } from 'node:fs'

/** Whether a file may be executed: access(2) knows noexec mounts and ACLs, and asks root too for at least one x bit. */
export function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
