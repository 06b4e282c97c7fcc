import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { byHand } from '../../../packages/core/src/reroute/by-hand.js'
import { explain } from '../../../packages/core/src/reroute/explain.js'
import type { PlanOptions } from '../../../packages/core/src/reroute/plan.js'
import type { Sysroot } from '../../../packages/core/src/sysroot/sysroot.js'
import { compile, oldFlags, oldMain, scratch } from './programs.js'
import { planOptions, suites, sysroot } from './sysroots.js'

const root = scratch()
const hello = compile(join(root, 'hello'), oldMain, oldFlags)
const fresh = compile(join(root, 'fresh'), 'int main(){return 0;}')

let options: PlanOptions
let bullseye: Sysroot

beforeAll(async () => {
  options = await planOptions(root)
  bullseye = await sysroot('debian:bullseye')
})

const explained = (file: string, column: Sysroot) =>
  explain({ file, args: [file, 'one'], cwd: root, env: { PATH: '/usr/bin' } }, column, options)

describe('explain', () => {
  it('says why a program fits, in the shape that scripts read', () => {
    expect(explained(hello, bullseye)).toEqual({
      program: hello,
      sysroot: { name: '2.31', spec: 'debian:bullseye', glibc: '2.31' },
      decision: 'reroute',
      code: 'native',
      reason: expect.any(String),
      compatible: true,
      missing: [],
      missingLibraries: [],
      hostLibraries: [],
      argv: [bullseye.loader, '--library-path', bullseye.libraryPath.join(':'), hello, 'one'],
      env: { GCONV_PATH: bullseye.gconv, LOCPATH: bullseye.locales },
    })
  })

  it('names what is missing', () => {
    expect(explained(fresh, bullseye)).toMatchObject({ compatible: false, missing: ['GLIBC_2.34'] })
  })

  it('gives the command itself where nothing is rerouted', () => {
    const expected = { decision: 'passthrough', code: 'system-tool', compatible: null, argv: ['uname', 'one'], env: {} }
    expect(explained('uname', bullseye)).toMatchObject({ program: '/usr/bin/uname', ...expected })
    expect(explained('./nothing', bullseye)).toMatchObject({ program: null, code: 'missing' })
  })

  it.each(suites)('the command by hand runs in %s as the verdict says', async (spec) => {
    for (const file of [hello, fresh]) {
      const { argv, env, compatible } = explained(file, await sysroot(spec))
      const [loader = '', ...args] = argv
      expect(spawnSync(loader, args, { env }).status).toBe(compatible ? 0 : 1)
    }
  })
})

describe('the command by hand', () => {
  it('keeps LD_LIBRARY_PATH after the sysroot, then the directories of lent libraries', () => {
    const lent = [{ soname: 'libz.so.1', path: '/usr/lib/z/libz.so.1' }]
    const [, , directories] = byHand(hello, [hello], bullseye, { LD_LIBRARY_PATH: '/a:/b' }, lent)
    expect(directories).toBe([...bullseye.libraryPath, '/a:/b', '/usr/lib/z'].join(':'))
    expect(byHand(hello, [hello], bullseye, { LD_LIBRARY_PATH: '' })[2]).toBe(bullseye.libraryPath.join(':'))
  })

  it('gives argv[0] only to a loader that knows --argv0', async () => {
    const bookworm = await sysroot('debian:bookworm')
    expect(byHand(hello, ['zero', 'one'], bookworm, {}).slice(3)).toEqual(['--argv0', 'zero', hello, 'one'])
    expect(byHand(hello, ['zero', 'one'], bullseye, {}).slice(3)).toEqual([hello, 'one'])
  })
})
