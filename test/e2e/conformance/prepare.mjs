// A directory with everything that the scenario starts.
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'

const names = ['exit-with', 'die-by-signal', 'sleep-and-trap', 'echo-stdin', 'print-bytes', 'print-fds', 'print-libc']

export async function prepare(directory) {
  const programs = await buildPrograms(directory, [...names, 'print-process'])
  mkdirSync(join(directory, 'plain'))
  copyFileSync(programs['print-libc'], join(directory, 'plain', 'print-libc'))
  chmodSync(join(directory, 'plain', 'print-libc'), 0o644)
  copyFileSync(programs['print-libc'], join(directory, 'private'))
  chmodSync(join(directory, 'private'), 0o700)
  mkdirSync(join(directory, 'closed'), { mode: 0o700 })
  copyFileSync(programs['print-process'], join(directory, 'closed', 'print-process'))
  writeFileSync(join(directory, 'script'), `#!${programs['print-libc']} 0\n`, { mode: 0o755 })
  writeFileSync(join(directory, 'garbage'), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 9, 9, 9]), { mode: 0o755 })
  chmodSync(directory, 0o755)
}
