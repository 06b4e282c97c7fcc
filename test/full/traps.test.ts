import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { judgeTraps } from '../e2e/traps/judge.js'
import { makeWorld, strategies, type World } from '../e2e/traps/world.js'

describe.each(strategies)('no trap of a further tool ends as a lie by %s', (strategy) =>
  judgeTraps(({ needs }) => needs === 'tools', { strategy, programs: ['tells-libc-asan'] }),
)

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
