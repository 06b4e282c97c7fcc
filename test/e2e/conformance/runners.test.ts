import { mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { dirSync } from 'tmp'
import { beforeAll, describe, expect, it } from 'vitest'
import { prepare } from './prepare.mjs'

const root = join(import.meta.dirname, '..', '..', '..')
const project = join(root, 'fixtures', 'projects', 'conformance')
const vitest = [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', '--no-color']
const jest = [join(root, 'node_modules', 'jest', 'bin', 'jest.js')]
const vmModules = ['--experimental-vm-modules', '--no-warnings']

/** Name, pool or module format, the runner's command. */
const runners: readonly (readonly [string, string, readonly string[]])[] = [
  ['Vitest, forks', 'forks', vitest],
  ['Vitest, threads', 'threads', vitest],
  ['Vitest, vmForks', 'vmForks', vitest],
  ['Vitest, vmThreads', 'vmThreads', vitest],
  ['Jest, CommonJS', 'cjs', jest],
  ['Jest, ES modules', 'esm', [...vmModules, ...jest]],
]

const directory = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-conformance-' }).name

beforeAll(async () => {
  await prepare(directory)
})

describe.each(runners)('%s', (_, pool, command) => {
  const out = join(directory, `out-${pool}`)
  const seen = (name: string) => JSON.parse(readFileSync(join(out, `${name}.json`), 'utf8'))

  it('behaves in every column as without the hook', async () => {
    mkdirSync(out)
    await start('off')
    await start('on')
    const host = process.report.getReport() as unknown as { header: { glibcVersionRuntime: string } }
    const off = seen(`off-${host.header.glibcVersionRuntime}`)
    expect(Object.keys(off.functions).length).toBeGreaterThan(60)
    for (const glibc of [host.header.glibcVersionRuntime, '2.31']) expect(seen(`on-${glibc}`)).toEqual(off)
  })

  async function start(label: string) {
    const variables = { CONFORMANCE_POOL: pool, CONFORMANCE_DIRECTORY: directory, CONFORMANCE_OUT: out }
    const { PATH = '', HOME = '', GLIBC_MATRIX_HOME, XDG_CACHE_HOME } = process.env
    // One foreign column is enough here: node.test.ts has more.
    const narrowed = { GLIBC_MATRIX_ONLY: '2.31' }
    const env = { PATH: `${dirname(process.execPath)}:${PATH}`, HOME, GLIBC_MATRIX_HOME, XDG_CACHE_HOME }
    await execa(process.execPath, command, {
      cwd: project,
      env: { ...env, ...narrowed, ...variables, CONFORMANCE_LABEL: label },
      extendEnv: false,
      // Cells that started a shell are unproven and some are incompatible on purpose; files say what was seen.
      reject: label === 'off',
    })
  }
})
