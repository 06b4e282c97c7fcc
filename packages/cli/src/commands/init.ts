import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import type { Flags } from '../command-line/flags.js'
import { configText } from '../init/config-text.js'
import { readProject } from '../init/project.js'
import { twoLines } from '../init/two-lines.js'
import { print } from '../output/print.js'

/** Writes the config, never over another, and shows what to change elsewhere: a user's own files are the user's. */
export async function run(_input: Input<Flags>): Promise<number> {
  const directory = process.cwd()
  const existing = readdirSync(directory).find((name) => name.startsWith('glibc-matrix.config.'))
  if (existing !== undefined) throw exists(existing)

  const { typescript, runners } = readProject(directory)
  const name = `glibc-matrix.config.${typescript ? 'ts' : 'mjs'}`
  writeFileSync(join(directory, name), configText(typescript, runners[0]?.runner), { flag: 'wx' })
  await print(`Wrote ${name}.\n`)
  if (runners.length === 0) {
    await print('\nFound neither Vitest nor Jest here. Any command runs with: glibc-matrix run -- COMMAND\n')
    return 0
  }
  const packages = runners.map(({ runner }) => `${runner}-environment-glibc`)
  await print(`\nInstall:\n  npm install --save-dev ${packages.join(' ')}\n`)
  for (const { runner, file } of runners) await print(`\n${twoLines(directory, runner, file)}`)
  return 0
}

function exists(name: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'CONFIG_EXISTS',
    `${name} is already here`,
    'Edit it, or remove it first: init never overwrites.',
    { name },
  )
}
