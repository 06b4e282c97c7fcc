import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { accountantPath } from '@glibc-matrix/native'

/**
 * Starts the session's accountant, which the kernel tells of every execve of the trees (seccomp_unotify(2)). It outlives
 * this process only as long as a tree does. Answers its socket, or an empty string where this machine doesn't allow it.
 */
export function startAccountant(directory: string, journals: string): string {
  const program = accountantPath()
  if (program === null || !mayReadOthers()) return ''
  const socket = join(directory, 'a')
  // Every user can read a command line and the names of sockets (proc_pid_cmdline(5), unix(7)): none says where we are.
  const args = [basename(socket), relative(directory, journals)]
  const child = spawn(program, args, { cwd: directory, detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  child.on('error', () => {})
  child.unref()
  ;(child.stdin as { unref?: () => void } | null)?.unref?.()
  if (!waitFor(socket)) return ''
  // Root's children of other users are counted too; the directory's name can't be guessed or listed.
  if (process.geteuid?.() === 0) for (const one of [socket, `${socket}t`]) chmodSync(one, 0o666)
  return socket
}

/** The accountant reads paths from the memory of processes that are not its children, which Yama may forbid. */
function mayReadOthers(): boolean {
  const scope = Number(readText('/proc/sys/kernel/yama/ptrace_scope'))
  return scope === 0 || (scope < 3 && process.geteuid?.() === 0)
}

/** The caller is synchronous: the socket appears within a millisecond or so, or never. */
function waitFor(socket: string): boolean {
  const tick = new Int32Array(new SharedArrayBuffer(4))
  for (let waited = 0; waited < 500; waited++) {
    if (existsSync(socket)) return true
    Atomics.wait(tick, 0, 0, 2)
  }
  return false
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
