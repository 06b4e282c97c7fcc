import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { expect } from 'vitest'

const root = join(import.meta.dirname, '..', '..', '..')
const project = join(root, 'fixtures', 'projects', 'conformance')
const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--no-color']
const jest = [join(root, 'node_modules', 'jest', 'bin', 'jest.js')]
const vmModules = ['--experimental-vm-modules', '--no-warnings']

/** Name, pool or module format, the runner's command. */
export type Runner = readonly [string, string, readonly string[]]

export const runners: readonly Runner[] = [
  ['Vitest, forks', 'forks', vitest],
  ['Vitest, threads', 'threads', vitest],
  ['Vitest, vmForks', 'vmForks', vitest],
  ['Vitest, vmThreads', 'vmThreads', vitest],
  ['Jest, CommonJS', 'cjs', jest],
  ['Jest, ES modules', 'esm', [...vmModules, ...jest]],
]

/**
 * Runs the scenario in a runner's worker with the environment and without it, and expects the same to be seen. `directory` is
 * prepared; `isWhole` adds every option and failure to each API's plain cases.
 */
export async function expectSame([, pool, command]: Runner, directory: string, isWhole: boolean): Promise<void> {
  const out = join(directory, `out-${pool}`)
  const seen = (name: string) => JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8'))
  mkdirSync(out)
  await start('off')
  await start('on')
  const host = process.report.getReport() as unknown as { header: { glibcVersionRuntime: string } }
  const off = seen(`off-${host.header.glibcVersionRuntime}`)
  expect(Object.keys(off.functions).length).toBeGreaterThan(isWhole ? 190 : 60)
  for (const glibc of [host.header.glibcVersionRuntime, '2.31'])
    expect(withoutBusy(seen(`on-${glibc}`))).toEqual(withoutBusy(off))

  async function start(label: string) {
    const variables = { CONFORMANCE_POOL: pool, CONFORMANCE_DIRECTORY: directory, CONFORMANCE_OUT: out }
    const cases = { CONFORMANCE_CASES: isWhole ? 'all' : 'plain' }
    const { PATH = '', HOME = '', GLIBC_MATRIX_HOME, XDG_CACHE_HOME } = process.env
    // One foreign column is enough here: node.test.ts has more.
    const narrowed = { GLIBC_MATRIX_ONLY: '2.31' }
    const env = { PATH: `${dirname(process.execPath)}:${PATH}`, HOME, GLIBC_MATRIX_HOME, XDG_CACHE_HOME }
    await execa(process.execPath, command, {
      cwd: project,
      env: { ...env, ...narrowed, ...variables, ...cases, CONFORMANCE_LABEL: label },
      extendEnv: false,
      // Cells that started a shell are unproven and some are incompatible on purpose; files say what was seen.
      reject: label === 'off',
    })
  }
}

/** The one failure that ld.so does not know: node.test.ts looks at it. */
function withoutBusy({ functions, ...others }: { readonly functions: Readonly<Record<string, unknown>> }) {
  return { ...others, functions: Object.entries(functions).filter(([name]) => !name.endsWith('ETXTBSY')) }
}
