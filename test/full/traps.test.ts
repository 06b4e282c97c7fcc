import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { furnishTools } from '../e2e/traps/furnish-tools.js'
import { judgeTraps, type Outcome } from '../e2e/traps/judge.js'
import { tableOf } from '../e2e/traps/table.js'
import { makeWorld, strategies, type World } from '../e2e/traps/world.js'

const begin = '<!-- made by test/full/traps.test.ts -->'
const outcomes: Outcome[] = []
let columns: readonly string[] = []

describe.each(strategies)('no trap ends as a lie by %s', (strategy) =>
  judgeTraps(
    () => true,
    { strategy, programs: ['tells-libc-asan'], more: furnishTools },
    (outcome, names) => {
      outcomes.push(outcome)
      columns = names
    },
  ),
)

// `UPDATE_DOCS=1 npm run test:full` writes it anew.
it('docs/traps.md says what they ended as', () => {
  expect(outcomes.map(({ strategy }) => strategy)).toEqual(strategies)
  const file = join(import.meta.dirname, '../../docs/traps.md')
  const written = readFileSync(file, 'utf8')
  const made = `${written.slice(0, written.indexOf(begin) + begin.length)}\n\n${tableOf(outcomes, columns)}\n`
  if (process.env.UPDATE_DOCS) writeFileSync(file, made)
  expect(readFileSync(file, 'utf8')).toBe(made)
})

const python = `
import os, signal, resource, sys
print(sorted(os.environ.items()), sys.argv, os.getcwd(), sys.executable)
print(os.path.realpath('/proc/self/exe'), os.readlink('/proc/self/exe'), open('/proc/self/comm').read())
print(os.listdir('/proc/self/fd'), signal.pthread_sigmask(signal.SIG_BLOCK, []), resource.getrlimit(resource.RLIMIT_NOFILE))`

describe('what Python and perl see', () => {
  let world: World
  beforeAll(async () => {
    world = await makeWorld({ programs: ['print-surroundings'] })
  })
  afterAll(() => world.close())

  it.each([
    ['python', ['/usr/bin/python3', '-c', python]],
    ["a shell's python", ['sh', '-c', `/usr/bin/python3 -c '${python.replaceAll("'", '"')}'`]],
    ["python's", ['/usr/bin/python3', '-c', "import subprocess; subprocess.call(['./print-surroundings', 'a b'])"]],
    [
      'perl',
      ['perl', '-e', 'print "$0 $^X @ARGV\\n", map("$_=$ENV{$_}\\n", sort keys %ENV); system("./print-surroundings")'],
    ],
    ['make', ['make', '-s', '-f', '-', '--version']],
  ])('%s is what it would see without us', (_, argv) => {
    const plain = world.observe(null, argv)
    const seen = world.columns.map((column) => [column, world.observe(column, argv)])
    expect(plain.stdout).not.toBe('')
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(world.columns.map((column) => [column, plain])))
  })
})
