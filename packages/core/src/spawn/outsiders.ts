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

/**
 * Our descendants, those of workers and what tests start left aside, and daemons: those that have our environment, and programs
 * of the project that were started since we were, since a daemon may have cleaned its environment.
 */
function outsiders({ directory, file, strategies, programs }: Session, worker: RegExp): Outsider[] {
  const processes = readProcesses()
  const children = byParent(processes)
  const own = `${realpathSync(directory)}/`
  const found: Outsider[] = []
  const look = (pid: number) => {
    const exe = linkOf(pid, 'exe')
    if (exe === null || exe.startsWith(own) || worker.test(textOf(pid, 'cmdline'))) return
    // The strategy `namespace` shows a program's copy at its own path.
    if (strategies.includes('namespace') && linkOf(pid, 'ns/mnt') !== linkOf(process.pid, 'ns/mnt')) return
    found.push({ pid, exe })
    for (const child of children.get(pid) ?? []) look(child.pid)
  }
  for (const child of children.get(process.pid) ?? []) look(child.pid)
  const since = processes.find(({ pid }) => pid === process.pid)?.start ?? Number.POSITIVE_INFINITY
  for (const { pid, start } of processes.filter(({ reaper }) => reaper).flatMap(({ pid }) => children.get(pid) ?? [])) {
    if (pid === process.pid || start < since) continue
    const isOfProject = linkOf(pid, 'exe')?.startsWith(`${programs.root}/`)
    if (isOfProject || textOf(pid, 'environ').includes(`=${file}\0`)) look(pid)
  }
  return found
}

interface Process {
  readonly pid: number
  readonly parent: number
  /** In clock ticks after boot. */
  readonly start: number
  /** Orphans become its children: the first process, and a user's own systemd (PR_SET_CHILD_SUBREAPER, prctl(2)). */
  readonly reaper: boolean
}

function readProcesses(): Process[] {
  return list('/proc').flatMap((name) => {
    const pid = Number(name)
    // proc_pid_stat(5): the name stands in parentheses and may hold any character; state is the third field.
    const stat = Number.isInteger(pid) ? textOf(pid, 'stat') : ''
    if (stat === '') return []
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return {
      pid,
      parent: Number(fields[1]),
      start: Number(fields[19]),
      reaper: pid === 1 || stat.includes(' (systemd) '),
    }
  })
}

function byParent(processes: readonly Process[]): Map<number, Process[]> {
  const children = new Map<number, Process[]>()
  for (const one of processes) children.set(one.parent, [...(children.get(one.parent) ?? []), one])
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
