import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isGlibcMatrixError } from '../../../packages/core/src/errors.js'
import { emulatorFor, emulators } from '../../../packages/core/src/reroute/emulator.js'

const path = process.env.PATH
let bin: string

beforeEach(() => {
  bin = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-emulators-' }).name
  process.env.PATH = `relative::${bin}`
})
afterEach(() => {
  process.env.PATH = path
})

const install = (name: string, mode = 0o755) => writeFileSync(join(bin, name), '', { mode })

describe('the emulator of a machine', () => {
  it('is none where the kernel runs its programs', () => {
    expect(emulatorFor('x86_64', 'x86_64')).toBeNull()
    expect(emulatorFor('i386', 'x86_64')).toBeNull()
  })

  it('is the static one, which no variable of the child concerns; else the other', () => {
    install('qemu-s390x')
    expect(emulatorFor('s390x', 'x86_64')).toBe(join(bin, 'qemu-s390x'))
    install('qemu-s390x-static')
    expect(emulatorFor('s390x', 'x86_64')).toBe(join(bin, 'qemu-s390x-static'))
  })

  it('is missing by name, with the package that has it; one that may not be executed is none', () => {
    install('qemu-aarch64', 0o644)
    let thrown: unknown
    try {
      emulatorFor('aarch64', 'x86_64')
    } catch (error) {
      thrown = error
    }
    expect(isGlibcMatrixError(thrown) && [thrown.code, thrown.message, thrown.hint]).toEqual([
      'EMULATOR_MISSING',
      expect.stringMatching(/aarch64 .*\(x86_64\).*qemu-aarch64-static nor qemu-aarch64/),
      expect.stringContaining('qemu-user-static'),
    ])
  })

  it('is listed for the machines of Debian that are not this one', () => {
    install('qemu-arm-static')
    const found = Object.fromEntries(emulators('x86_64').map(({ machine, path }) => [machine, path]))
    expect(found).toMatchObject({ arm: join(bin, 'qemu-arm-static'), aarch64: null, ppc64le: null })
    expect(found).not.toHaveProperty('x86_64')
  })
})
