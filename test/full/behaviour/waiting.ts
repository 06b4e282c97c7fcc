import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/** A program that says something once it has read `input`, and then waits for more: what others see of it is compared. */
export interface WaitingProgram {
  readonly program: string
  readonly args: readonly string[]
  readonly input?: string
}

const js = "process.stdin.resume(); setTimeout(() => console.log('ready'), 50)"

export const waiting: readonly WaitingProgram[] = [
  { program: 'python3', args: ['-c', 'import sys; print("ready", flush=True); sys.stdin.read()', '', 'two words'] },
  { program: 'perl', args: ['-e', '$| = 1; print "ready\\n"; <STDIN>'] },
  { program: 'bash', args: ['-c', "trap '' USR1; umask 027; echo ready; read line", 'name'] },
  { program: 'git', args: ['hash-object', '--stdin-paths'], input: 'text/a\n' },
  // It says nothing before its buffer is full.
  { program: 'sqlite3', args: [':memory:'], input: `.print ${'ready'.repeat(10_000)}\n` },
  { program: 'jq', args: ['--unbuffered', '.'], input: '1\n' },
  { program: 'rg', args: ['--line-buffered', 'needle', '-'], input: 'needle\n' },
  { program: 'deno', args: ['eval', js] },
  { program: 'bun', args: ['-e', js] },
  { program: 'node', args: ['-e', js] },
  { program: 'sleep-and-trap', args: ['ignore'] },
]

const status = [
  'Umask',
  'Uid',
  'Gid',
  'Groups',
  'SigBlk',
  'SigIgn',
  'SigCgt',
  'CapInh',
  'CapPrm',
  'CapEff',
  'CapBnd',
  'CapAmb',
]

/** What proc(5) tells others of a process, but for what counts or names the process itself. */
export function seenFromOutside(pid: number) {
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8')
  const link = (name: string) => readlinkSync(`/proc/${pid}/${name}`).replace(/\d{3,}/, '#')
  // proc_pid_stat(5) from its third field on: comm, the second, may hold spaces.
  const stat = read('stat').replace(/.*\) /s, '').split(' ')
  const lines = read('status').split('\n')
  const descriptors = readdirSync(`/proc/${pid}/fd`)
  return {
    ...{ cmdline: read('cmdline'), environ: read('environ'), comm: read('comm'), cwd: link('cwd'), root: link('root') },
    ...{ limits: read('limits'), oom: read('oom_score_adj'), filter: read('coredump_filter'), cgroup: read('cgroup') },
    // Which of its files gets which number depends on a program's threads.
    descriptors: descriptors.map((fd) => `${link(`fd/${fd}`)} ${flagsOf(read(`fdinfo/${fd}`))}`).sort(),
    numbers: descriptors,
    status: lines.filter((line) => status.some((name) => line.startsWith(`${name}:`))),
    session: {
      ownGroup: stat[2] === String(pid),
      ownSession: stat[3] === String(pid),
      terminal: stat[4],
      nice: stat[16],
    },
  }
}

function flagsOf(info: string): string | undefined {
  return /^flags:\s*(\d+)/m.exec(info)?.[1]
}
