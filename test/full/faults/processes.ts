import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { basename } from 'node:path'
import { setTimeout } from 'node:timers/promises'

export type Role = 'runner' | 'worker' | 'accountant' | 'program'

export interface Found {
  readonly pid: number
  readonly role: Role
  /** A worker that has begun to run tests: it holds its journal. Of one that is killed before, Vitest hears by a time-out of 90 s. */
  readonly hasBegun: boolean
}

const variable = 'FAULTS_RUN'

/** Makes every process of a run known by its environment, whoever its parent becomes. */
export function marked(run: string): Readonly<Record<string, string>> {
  return { [variable]: run }
}

/** The processes of a run that live now. */
export function processesOf(run: string, runner: number): Found[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.flatMap((name): Found[] => {
    const isMarked = read(`/proc/${name}/environ`).split('\0').includes(`${variable}=${run}`)
    // A zombie has ended; whoever started it may yet ask how.
    if (!isMarked || /^State:\s+[ZX]/m.test(read(`/proc/${name}/status`))) return []
    const files = list(`/proc/${name}/fd`).map((fd) => link(`/proc/${name}/fd/${fd}`))
    const hasBegun = files.some((file) => file.endsWith('.jsonl'))
    return [{ pid: Number(name), role: roleOf(Number(name), runner), hasBegun }]
  })
}

/** Waits until no process of the run is left, for as many seconds; answers those that are. */
export async function remaining(run: string, runner: number, seconds: number): Promise<Found[]> {
  for (let waited = 0; ; waited += 0.1) {
    const left = processesOf(run, runner)
    if (left.length === 0 || waited >= seconds) return left
    await setTimeout(100)
  }
}

function roleOf(pid: number, runner: number): Role {
  if (pid === runner) return 'runner'
  const program = basename(link(`/proc/${pid}/exe`))
  if (program === basename(process.execPath)) return 'worker'
  return program === 'accountant' ? 'accountant' : 'program'
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

function link(file: string): string {
  try {
    return readlinkSync(file)
  } catch {
    return ''
  }
}
