import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, type World } from './world.js'

let world: World

beforeAll(async () => {
  world = await makeWorld({ programs: ['print-surroundings'] })
  for (const name of ['link-to-surroundings', 'a-long-name-of-a-link-to-surroundings'])
    symlinkSync('print-surroundings', join(world.directory, name))
  const script = '#!/bin/sh\ncat /proc/$$/comm\n./print-surroundings\n'
  writeFileSync(join(world.directory, 'script-of-surroundings'), script, { mode: 0o755 })
})
afterAll(() => world.close())

const node = `
const fs = require('fs')
const fds = fs.readdirSync('/proc/self/fd').filter((fd) => Number(fd) < 3)
const exe = [process.execPath, process.argv0, fs.readlinkSync('/proc/self/exe'), fs.realpathSync('/proc/self/exe')]
console.log(JSON.stringify([process.env, process.argv, process.execArgv, process.cwd(), process.title, fds, exe]))`

/** Each prints its surroundings; a process of a tree must see what it sees without us, in every column. */
const commands: Record<string, readonly string[]> = {
  'a program': ['./print-surroundings', 'a b', ''],
  "a shell's": ['sh', '-c', './print-surroundings "a b" ""'],
  "a shell's, with limits and a mask": [
    'sh',
    '-c',
    "umask 027; ulimit -n 77; ulimit -c 0; trap '' USR1; ./print-surroundings",
  ],
  "a shell's, with descriptors": ['sh', '-c', 'exec 5</dev/null 9>/dev/null; ./print-surroundings'],
  "a shell's, under another name": ['bash', '-c', 'exec -a other ./print-surroundings'],
  'a link': ['./link-to-surroundings'],
  "a shell's link": ['sh', '-c', './link-to-surroundings; ./a-long-name-of-a-link-to-surroundings'],
  "a script's": ['./script-of-surroundings'],
  "env -i's": ['env', '-i', './print-surroundings'],
  "a program's": ['./starts-oddly', 'execv', './print-surroundings'],
  "a program's, all closed": ['sh', '-c', './starts-oddly vfork ./print-surroundings 2>&1 | cat'],
  'a shell itself': ['sh', '-c', 'echo "$0 $# $PWD"; env; cat /proc/$$/comm; ulimit -a; umask; echo err >&2'],
  'bash itself': ['bash', '-c', 'echo "$BASH $0 $SHLVL"; declare -x; ls /proc/self/fd; type -p ls'],
  'Node in a shell': ['sh', '-c', `"${process.execPath}" -e '${node.replaceAll("'", '"')}'`],
  'a tool that fails': ['sh', '-c', './missing; ./print-surroundings/x; ls /nowhere; cat < /nowhere'],
  'a signal': ['sh', '-c', 'kill -TERM $$'],
}

describe('a process of a followed tree sees what it would see without us', () => {
  it.each(Object.entries(commands))('%s', (_, argv) => {
    const plain = world.observe(null, argv)
    const seen = world.columns.map((column) => [column, world.observe(column, argv)])
    expect(Object.fromEntries(seen)).toEqual(Object.fromEntries(world.columns.map((column) => [column, plain])))
  })
})
