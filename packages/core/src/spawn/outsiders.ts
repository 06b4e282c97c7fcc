import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs'
import { createJournal } from '../evidence/journal.js'
import type { PlanOptions } from '../reroute/options.js'
import { plan } from '../reroute/plan.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import type { Session } from './session.js'

/**
 * Writes down the programs under test that a global setup left running: the hook is in workers alone, so they are on the
 * host's libc, whatever column a test talks with them from. To be called once the setup is done and before tests start others.
 * `worker` is what the command line of the runner's own workers holds.
 */
export function noteOutsiders(session: Session, host: Sysroot, options: PlanOptions, worker: RegExp): void {
  const found = outsiders(session, worker).filter(
    ({ exe }) => plan({ file: exe, args: [exe], cwd: '/', env: {} }, host, options).decision === 'reroute',
  )
  if (found.length === 0) return
  const journal = createJournal(session.journals)
  for (const { pid, exe } of found) journal.append({ type: 'outside', pid, program: exe })
  journal.close()
}

interface Outsider {
  readonly pid: number
  readonly exe: string
}

/** Our descendants, those of workers and what tests start left aside, and daemons that have our environment. */
function outsiders({ directory, file, strategies }: Session, worker: RegExp): Outsider[] {
  const children = childrenByParent()
  const own = `${realpathSync(directory)}/`
  const found: Outsider[] = []
  const look = (pid: number) => {
    const exe = linkOf(pid, 'exe')
    if (exe === null || exe.startsWith(own) || worker.test(textOf(pid, 'cmdline'))) return
    // The strategy `namespace` shows a program's copy at its own path.
    if (strategies.includes('namespace') && linkOf(pid, 'ns/mnt') !== linkOf(process.pid, 'ns/mnt')) return
    found.push({ pid, exe })
    for (const child of children.get(pid) ?? []) look(child)
  }
  for (const child of children.get(process.pid) ?? []) look(child)
  for (const orphan of children.get(1) ?? []) {
    if (orphan !== process.pid && textOf(orphan, 'environ').includes(`=${file}\0`)) look(orphan)
  }
  return found
}

function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>()
  for (const name of list('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    // proc_pid_stat(5): the name stands in parentheses and may hold any character.
    const stat = textOf(pid, 'stat')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), pid])
  }
  return children
}

function list(path: string): string[] {
  try {
    return readdirSync(path)
  } catch {
    return []
  }
}

function textOf(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return ''
  }
}

/** null for a process that has ended, or is another user's. */
function linkOf(pid: number, name: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/${name}`)
  } catch {
    return null
  }
}
