// `npm run bench -- [THEME…] [--docs | --quick]`: measures our figures beside their peers, theme by theme, each in a process of
// its own, and prints them. What was measured is written as JSON to results/last; with --docs to results, which is kept, and
// the table of docs/costs.md is made of it anew. Only a quiet machine should do that: each theme says how much others
// took of it. --quick takes few rounds, to try a change of the bench itself.
import { fork } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { processorTime, rounded } from './measure.mjs'
import { renderTheme, themes, writeDocs } from './table.mjs'

const results = join(import.meta.dirname, 'results')

if (process.send === undefined) await main(process.argv.slice(2))
else await measureHere(process.argv[2])

async function main(args) {
  const { values, positionals: chosen } = parseArgs({
    args,
    allowPositionals: true,
    options: { docs: { type: 'boolean' }, quick: { type: 'boolean' } },
  })
  const unknown = chosen.filter((name) => !themes.includes(name))
  if (unknown.length > 0) throw new Error(`${unknown.join(', ')}: the themes are ${themes.join(', ')}`)
  if (values.docs && values.quick) throw new Error('--quick measures too little for --docs')
  if (values.quick) process.env.GLIBC_MATRIX_BENCH_QUICK = '1'

  const place = values.docs ? results : join(results, 'last')
  mkdirSync(place, { recursive: true })
  const failed = []
  for (const theme of chosen.length > 0 ? chosen : themes) {
    try {
      const measured = await measureTheme(theme)
      writeFileSync(join(place, `${theme}.json`), `${JSON.stringify(measured, null, 2)}\n`)
      console.log(`\n${renderTheme(measured)}\n`)
    } catch (error) {
      console.error(`${theme}: ${error.message}`)
      failed.push(theme)
    }
  }
  if (values.docs) writeDocs()
  if (failed.length > 0) throw new Error(`not measured: ${failed.join(', ')}`)
}

/** What a theme measured, and on what: plain data, which is all that the table is made of. */
async function measureTheme(theme) {
  const began = { at: performance.now(), busy: busyTime(), own: processorTime() }
  const { title, figures } = await inOwnProcess(theme, (step) => progress(`${theme}: ${step}`))
  const took = performance.now() - began.at
  const others = (busyTime() - began.busy - (processorTime() - began.own)) / (took * 1000 * cpus().length)
  progress(
    `${theme}: done in ${Math.round(took / 1000)} s, others took ${Math.round(Math.max(0, others) * 100)} % of the machine`,
  )
  return {
    theme,
    title,
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    machine: `${process.arch}, Linux ${release().replace(/^(\d+\.\d+).*/, '$1')}`,
    processors: cpus().length,
    seconds: Math.round(took / 1000),
    // What this machine did besides, our own orphans with it, as a share of all of its processors.
    others: rounded(Math.max(0, others)),
    figures,
  }
}

function inOwnProcess(theme, told) {
  const child = fork(import.meta.filename, [theme])
  return new Promise((resolve, reject) => {
    let answer
    child.on('message', (message) => {
      if (message.step === undefined) answer = message
      else told(message.step)
    })
    child.on('error', reject)
    child.on('exit', (status, signal) =>
      answer ? resolve(answer) : reject(new Error(`ended with ${status ?? signal}`)),
    )
  })
}

async function measureHere(theme) {
  const { title, measure } = await import(`./themes/${theme}.mjs`)
  const figures = await measure((step) => process.send({ step }))
  process.send({ title, figures }, () => process.exit())
}

/** Processor time of the whole machine, idle and waiting left out, in µs: the first line of /proc/stat, proc_stat(5). */
function busyTime() {
  const [user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
    .split('\n')[0]
    .split(/\s+/)
    .slice(1)
    .map(Number)
  return (user + nice + system + irq + softirq) * 10_000
}

function progress(line) {
  console.error(`${new Date().toTimeString().slice(0, 8)} ${line}`)
}
