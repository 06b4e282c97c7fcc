import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** A process as others on the same file system can know it: a pid alone is used again, and means another one elsewhere. */
export interface Holder {
  /** Of the machine; for messages alone. */
  readonly host: string
  /** /proc/sys/kernel/random/boot_id: one machine, between two starts of it. */
  readonly boot: string
  /** Its pid namespace, as /proc/PID/ns/pid names it. */
  readonly namespace: string
  readonly pid: number
  /** In clock ticks after boot: field 22 of /proc/PID/stat (proc_pid_stat(5)). */
  readonly start: string
}

/** This process. */
export function holderHere(): Holder {
  const [boot, namespace] = placeHere()
  return { host: hostname(), boot, namespace, pid: process.pid, start: startOf('self') ?? '' }
}

/** Whether the process is known to have ended, `unknown` for one of another machine or pid namespace. */
export function stateOf(holder: Holder): 'lives' | 'gone' | 'unknown' {
  const [boot, namespace] = placeHere()
  if (holder.boot !== boot || holder.namespace !== namespace || boot === '') return 'unknown'
  return startOf(String(holder.pid)) === holder.start ? 'lives' : 'gone'
}

/** How a user finds it. */
export function describeHolder({ host, pid }: Holder): string {
  return host === '' || host === hostname() ? `process ${pid}` : `process ${pid} of ${host}`
}

/** Reads what `holderHere` wrote; null for anything else. */
export function parseHolder(text: string): Holder | null {
  try {
    const { host = '', boot, namespace, pid, start } = JSON.parse(text)
    const isHolder = [host, boot, namespace, start].every((each) => typeof each === 'string') && Number.isInteger(pid)
    return isHolder ? { host, boot, namespace, pid, start } : null
  } catch {
    return null
  }
}

function placeHere(): readonly [boot: string, namespace: string] {
  try {
    return [readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(), readlinkSync('/proc/self/ns/pid')]
  } catch {
    return ['', '']
  }
}

/** The command's name stands in parentheses before, and may hold anything. A zombie has ended. */
function startOf(process: string): string | null {
  try {
    const stat = readFileSync(`/proc/${process}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? null : (fields[19] ?? null)
  } catch {
    return null
  }
}
