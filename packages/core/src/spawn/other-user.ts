import { statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Decision } from '../reroute/decision.js'

export interface User {
  readonly uid: number
  readonly gid: number
}

/** Stands for every user that has nothing in common with root. */
export const nobody: User = { uid: 65534, gid: 65534 }

/** The user that root starts a child as; null when it is our own, and when the kernel will refuse with EPERM. */
export function otherUser(request: {
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}): User | null {
  const { uid, gid } = request
  if (uid === undefined || uid === process.getuid?.() || process.geteuid?.() !== 0) return null
  return { uid, gid: gid ?? process.getgid?.() ?? 0 }
}

/** ld.so opens a program where execve(2) would look at its mode: what the user may not do stays the kernel's to refuse. */
export function asUser(decision: Decision, user: User): Decision {
  if (decision.decision === 'passthrough' || mayRun(decision.program, user)) return decision
  const { program } = decision
  const reason = `user ${user.uid} may not read and execute ${program}`
  return { decision: 'passthrough', code: 'not-executable', reason, program, follow: null }
}

/** By mode bits, as for a user without further groups: libuv drops them all (uv__process_child_init). */
export function mayRun(path: string, user: User): boolean {
  return allows(path, user, 0o5) && maySearch(dirname(path), user)
}

function maySearch(directory: string, user: User): boolean {
  return allows(directory, user, 0o1) && (directory === '/' || maySearch(dirname(directory), user))
}

function allows(path: string, { uid, gid }: User, bits: number): boolean {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined) return false
  const shift = stat.uid === uid ? 6 : stat.gid === gid ? 3 : 0
  return ((stat.mode >> shift) & bits) === bits
}
