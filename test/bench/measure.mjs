// How everything here is measured: in pairs. Every round takes each way once, in another order each time, so that what the
// machine is busy with meets all of them; figures are medians with their quartiles, ratios are of the two in one round. (The
// benchmark libraries of npm that we looked at, tinybench and mitata, run one task to its end before the next.)
import { readFileSync } from 'node:fs'

/** Kernels of every architecture of Node tell processes of USER_HZ, proc_pid_stat(5). */
const microsecondsPerTick = 10_000

/**
 * Ways to do the same (name → function, or an asynchronous one) → name → what each round took, in µs a call: `wall` is the
 * median of the round's calls, `cpu` what this process and its ended children used, in steps of 10 ms a round. What a way
 * answers, if it has `wall` and `cpu`, counts instead. `each` says how many calls a function makes; `before` prepares one.
 */
export async function interleave(
  ways,
  { rounds: wanted, calls = 1, each = 1, warmUp = Math.ceil(wanted / 10), before },
) {
  const names = Object.keys(ways)
  const rounds = roundsOf(wanted)
  const samples = Object.fromEntries(names.map((name) => [name, { wall: [], cpu: [] }]))
  for (let round = -warmUp; round < rounds; round++) {
    for (let turn = 0; turn < names.length; turn++) {
      const name = names[(turn + round + warmUp) % names.length]
      await before?.(name)
      const took = await oneRound(ways[name], calls)
      if (round < 0) continue
      samples[name].wall.push(took.wall / each)
      samples[name].cpu.push(took.cpu / each)
    }
  }
  return samples
}

/** With --quick it is few rounds: to try the bench itself, not to learn from. */
export function roundsOf(wanted) {
  return process.env.GLIBC_MATRIX_BENCH_QUICK ? Math.ceil(wanted / 10) : Math.ceil(wanted)
}

/** The median of some numbers and the quartiles around it, to four digits. */
export function spread(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share) => {
    const place = (sorted.length - 1) * share
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
    return rounded(below + (above - below) * (place % 1))
  }
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

export function mean(values) {
  return rounded(values.reduce((sum, value) => sum + value, 0) / values.length)
}

export function rounded(value) {
  return Number(value.toPrecision(4))
}

/** Processor time of this process and of the children that it waited for, in µs. */
export function processorTime() {
  const { user, system } = process.cpuUsage()
  const fields = readFileSync('/proc/self/stat', 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  // The first of these is the third field of the manual: cutime is 16, cstime 17.
  return user + system + (Number(fields[13]) + Number(fields[14])) * microsecondsPerTick
}

/** What a call took, in µs. */
export function took(way) {
  const cpu = processorTime()
  const began = process.hrtime.bigint()
  way()
  const wall = Number(process.hrtime.bigint() - began) / 1000
  return { wall, cpu: processorTime() - cpu }
}

async function oneRound(way, calls) {
  const walls = []
  let told = 0
  const cpu = processorTime()
  for (let call = 0; call < calls; call++) {
    const began = process.hrtime.bigint()
    const answer = way()
    const own = answer instanceof Promise ? await answer : answer
    walls.push(own?.wall ?? Number(process.hrtime.bigint() - began) / 1000)
    told += own?.cpu ?? 0
  }
  return { wall: walls.sort((a, b) => a - b)[walls.length >> 1], cpu: (told || processorTime() - cpu) / calls }
}
