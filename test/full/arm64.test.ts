import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { dirSync } from 'tmp'
import { beforeAll, describe, expect, it } from 'vitest'
import { createJournal, readJournals } from '../../packages/core/src/evidence/journal.js'
import { sealedCommand } from '../../packages/core/src/reroute/loader.js'
import { sealLoader } from '../../packages/core/src/reroute/sealed-loader.js'
import { configureShim } from '../../packages/core/src/reroute/shim-config.js'
import { resolveSysroot } from '../../packages/core/src/sysroot/resolve.js'
import type { Sysroot } from '../../packages/core/src/sysroot/sysroot.js'
import { describeShim } from '../core/shim-file.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const qemu = 'qemu-aarch64-static'
/** A store of its own: in the user's, a version would name two sysroots. */
const store = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-arm64-' }).name

execFileSync('node', [join(root, 'packages/native/build.mjs'), '--all'])
describeShim('arm64')

/** The shim for arm64, cross-built, in a process that qemu-user runs on the libc of an arm64 sysroot. */
describe.each(['debian:bullseye/arm64', 'debian:trixie/arm64'])('arm64: %s', (spec) => {
  let sysroot: Sysroot
  let directory: string
  let program: string

  beforeAll(async () => {
    sysroot = await resolveSysroot({ spec }, { install: true, env: { ...process.env, GLIBC_MATRIX_HOME: store } })
    directory = dirSync({ unsafeCleanup: true, tmpdir: '/tmp', template: 'XXXXXX' }).name
    program = join(directory, 'program')
    const source = join(root, 'fixtures/programs/tells-libc.c')
    const linked = ['-nodefaultlibs', sysroot.libc.path, '-lgcc', '-Wl,--allow-shlib-undefined']
    execFileSync('aarch64-linux-gnu-gcc', ['-O1', '-o', program, source, ...linked])
  })

  /** Starts the program as the hook would; exec itself is of the machine that runs qemu, so no tree is followed here. */
  function start(...args: string[]) {
    const at = (name: string) => join(directory, `0${name}`)
    const journals = join(directory, 'j')
    mkdirSync(journals, { recursive: true })
    const target = { preloadList: at('p'), libraries: null, triplet: 'aarch64-linux-gnu' }
    const sealed = sealLoader(readFileSync(sysroot.loader), target)
    if (sealed === null) throw new Error(`${sysroot.loader} can't be sealed`)
    writeFileSync(at('d'), sealed.bytes, { mode: 0o755 })
    const shim = readFileSync(join(root, 'packages/native/prebuilt/linux-arm64/shim.so'))
    const scope = { root: directory, node: '/nowhere', programs: null, exclude: [] }
    const places = { journals, accountant: '', startPage: 0x55_1234_0000n, hostLoader: at('d'), columnLoader: at('d') }
    // The shim's configuration has room for a short list.
    const libraryPath = sysroot.libraryPath.map((path, index) => {
      symlinkSync(path, at(`l${index}`))
      return at(`l${index}`)
    })
    const columnLibraryPath = libraryPath.join(':')
    const config = { ...places, columnLibraryPath, libcBuildId: '', patches: [], scope }
    writeFileSync(at('libasan.so'), configureShim(shim, config))
    writeFileSync(at('p'), `${at('libasan.so')}\n`)
    const journal = createJournal(journals)
    const seal = {
      loader: at('d'),
      hostLoader: at('d'),
      libraryPath,
      libraries: null,
      provides: [],
      family: [],
    }
    const { file, args: argv } = sealedCommand(seal, program, [program, ...args], `${journal.id}00000000`, {})
    const [name = '', ...rest] = argv
    const result = spawnSync(qemu, ['-0', name, file, ...rest], { encoding: 'utf8' })
    const record = readJournals(journals).find((line) => line.type === 'mapped' && line.id.startsWith(journal.id))
    return { ...result, record }
  }

  it('the shim loads, and reports the one libc that the program says it runs on', () => {
    const { status, stdout, stderr, record } = start()
    expect([status, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(new RegExp(`^ran ${sysroot.glibc} `))
    const objects = record?.type === 'mapped' ? record.objects : []
    expect(objects.filter(({ soname }) => soname === 'libc.so.6').map(({ buildId }) => buildId)).toEqual([
      sysroot.libc.buildId,
    ])
  })
})
