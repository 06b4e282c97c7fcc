import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import type { Grid } from '../../../packages/core/src/report/grid.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** Runs a copy of the demo's Vitest suite, its real programs from npm included, over these sysroots. */
export async function runDemo(
  directory: string,
  sysroots: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<Grid> {
  const project = join(directory, 'fixtures/projects/demo')
  cpSync(join(root, 'fixtures/projects/demo'), project, {
    recursive: true,
    filter: (path) => !path.includes('/.glibc-matrix'),
  })
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  writeFileSync(join(project, 'glibc-matrix.config.json'), JSON.stringify({ sysroots }))
  // A config is looked for as far up as the package.
  writeFileSync(join(project, 'package.json'), '{}')
  await buildPrograms(join(directory, 'fixtures/programs/build'))
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const options = { cwd: join(project, 'vitest'), env, reject: false, stdin: 'ignore' } as const
  const { stdout, stderr } = await execa(process.execPath, [vitest, 'run'], options)
  try {
    return JSON.parse(readFileSync(join(project, 'vitest/.glibc-matrix/grid.json'), 'utf8'))
  } catch (cause) {
    throw new Error(`the demo left no grid:\n${stdout}\n${stderr}`, { cause })
  }
}
