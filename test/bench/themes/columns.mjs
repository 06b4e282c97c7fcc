// What a column more costs: five and thirty columns in one run beside a run for each, and the start of a run with thirty
// beside one with a single one; Vitest and Jest.
import tmp from 'tmp'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { figure } from '../figure.mjs'
import { interleave } from '../measure.mjs'
import { columns, project, runners, runSuite } from '../suites.mjs'

export const title = 'Columns'

const many = 30
/** A run for each of thirty columns takes too long: every fifth one, each time others, stands for five. */
const sampled = 5

export async function measure(progress) {
  tmp.setGracefulCleanup()
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
  const { 'print-libc': program } = await buildPrograms(directory, ['print-libc'])
  const figures = []
  for (const runner of runners) {
    progress(`${runner}: five columns, one file`)
    figures.push(await oneRun(runner, program, 1, 5))
    progress(`${runner}: five columns, four files`)
    figures.push(await oneRun(runner, program, 4, 3))
    progress(`${runner}: the start of ${many} columns`)
    figures.push(await start(runner, program))
    progress(`${runner}: ${many} columns`)
    figures.push(await manyColumns(runner, program))
  }
  return figures
}

/** Each file makes ten starts: with more files the tests' own time, the same on both sides, weighs more. */
async function oneRun(runner, program, files, rounds) {
  const sysroots = columns(4)
  const directory = project(runner, { sysroots, program, files })
  const samples = await interleave(
    {
      one: () => runSuite(runner, directory),
      separate: async () => {
        for (const only of eachAlone(sysroots)) await runSuite(runner, directory, only)
      },
    },
    { rounds, warmUp: 1 },
  )
  const what = `${runner}: ${files === 1 ? 'one file' : `${files} files`} in 5 columns, one run`
  return figure(`columns.five-${files}`, what, 'a run for each column', samples.one, samples.separate, {
    goal: { atMost: 0.5 },
  })
}

/** One file that runs in the host's column alone: what is left is the start of the run. */
async function start(runner, program) {
  const [thirty, one] = [columns(many - 1), {}].map((sysroots) =>
    project(runner, { sysroots, program, head: '/** @glibc host */\n' }),
  )
  const ways = { thirty: () => runSuite(runner, thirty), one: () => runSuite(runner, one) }
  const samples = await interleave(ways, { rounds: 5, warmUp: 1 })
  const what = `${runner}: the start of a run with ${many} columns`
  return figure('columns.start', what, 'with one', samples.thirty, samples.one, { goal: { atMost: 2 } })
}

async function manyColumns(runner, program) {
  const sysroots = columns(many - 1)
  const directory = project(runner, { sysroots, program })
  const alone = eachAlone(sysroots)
  let first = 0
  const samples = await interleave(
    {
      one: () => runSuite(runner, directory),
      separate: async () => {
        for (let index = first++ % sampled; index < many; index += sampled)
          await runSuite(runner, directory, alone[index])
      },
    },
    { rounds: 3, warmUp: 0 },
  )
  const separate = { wall: times(samples.separate.wall, sampled), cpu: times(samples.separate.cpu, sampled) }
  const what = `${runner}: one file in ${many} columns, one run`
  const beside = `a run for each column (every ${sampled}th one was run)`
  return figure('columns.thirty', what, beside, samples.one, separate)
}

function eachAlone(sysroots) {
  return ['host', ...Object.keys(sysroots).map((name) => `${name} !host`)]
}

function times(values, factor) {
  return values.map((value) => value * factor)
}
