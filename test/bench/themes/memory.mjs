// The peak memory of a run with thirty columns beside one with a single one: the sum of what each process of its tree has
// resident (VmRSS, proc_pid_status(5)), looked at every 20 ms. What they share counts once for each.
import { readdirSync, readFileSync } from 'node:fs'
import tmp from 'tmp'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { figure } from '../figure.mjs'
import { interleave } from '../measure.mjs'
import { columns, project, runners, runSuite } from '../suites.mjs'

export const title = 'Memory of a whole run: the most that its processes had resident together'

const many = 30
const every = 20

export async function measure(progress) {
  tmp.setGracefulCleanup()
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
  const { 'print-libc': program } = await buildPrograms(directory, ['print-libc'])
  const figures = []
  for (const runner of runners) {
    progress(runner)
    const [thirty, one] = [many - 1, 0].map((count) => project(runner, { sysroots: columns(count), program }))
    const ways = { thirty: () => peakOf(runner, thirty), one: () => peakOf(runner, one) }
    const samples = await interleave(ways, { rounds: 3, warmUp: 0 })
    const [own, peer] = [samples.thirty, samples.one].map(({ wall }) => ({ wall }))
    figures.push(figure('memory.columns', `${runner}: ${many} columns`, 'one column', own, peer, { unit: 'MB' }))
  }
  return figures
}

async function peakOf(runner, directory) {
  let peak = 0
  await runSuite(runner, directory, '', (pid) => {
    const tree = new Set([pid])
    const timer = setInterval(() => {
      peak = Math.max(peak, memoryOf(tree))
    }, every)
    return () => clearInterval(timer)
  })
  return { wall: peak }
}

/** MB of a tree that grows as its processes start others; one that was seen in it stays, whoever its parent is now. */
function memoryOf(tree) {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => [Number(pid), parentOf(pid)])
  for (let grown = -1; grown !== tree.size; ) {
    grown = tree.size
    for (const [pid, parent] of parents) if (tree.has(parent)) tree.add(pid)
  }
  let kilobytes = 0
  for (const pid of tree) kilobytes += Number(/^VmRSS:\s+(\d+)/m.exec(readOrNothing(`/proc/${pid}/status`))?.[1] ?? 0)
  return kilobytes / 1024
}

function parentOf(pid) {
  const stat = readOrNothing(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

/** Processes end while one looks. */
function readOrNothing(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
