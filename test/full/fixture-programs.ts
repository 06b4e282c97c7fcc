import { fileURLToPath } from 'node:url'
import tmp from 'tmp'

const build = fileURLToPath(new URL('../../fixtures/programs/build.mjs', import.meta.url))

/** Compiles fixture programs into a directory outside of this repository, and returns it. */
export async function compile(...names: readonly string[]): Promise<string> {
  const directory = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-programs' }).name
  const { buildPrograms } = (await import(build)) as typeof import('../../fixtures/programs/build.mjs')
  await buildPrograms(directory, [...names])
  return directory
}
