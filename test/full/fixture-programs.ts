import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from './directory.js'

const build = fileURLToPath(new URL('../../fixtures/programs/build.mjs', import.meta.url))

/** Compiles fixture programs into a directory outside of this repository, and returns it. */
export async function compile(...names: readonly string[]): Promise<string> {
  const directory = temporaryDirectory('programs')
  const { buildPrograms } = (await import(build)) as typeof import('../../fixtures/programs/build.mjs')
  await buildPrograms(directory, [...names])
  return directory
}
