import { describe, expect, it } from 'vitest'
import { configureShim, machineOf, type ShimConfig } from '../../../packages/core/src/reroute/shim-config.js'

const offset = 128

/** The head of an ELF file (elf(5)), and a configuration block behind it. */
function shimOf(width: number, order: number, machine: number): Buffer {
  const shim = Buffer.alloc(offset + 8192)
  shim.write('\x7fELF', 'latin1')
  shim.set([width, order], 4)
  if (order === 2) shim.writeUInt16BE(machine, 18)
  else shim.writeUInt16LE(machine, 18)
  shim.write('glibc-matrix/cfg', offset, 'latin1')
  return shim
}

const s390x = shimOf(2, 2, 22)
const x86 = shimOf(2, 1, 62)
const config: ShimConfig = {
  journals: '/tmp/run/j',
  libcBuildId: 'aa11',
  patches: [{ offset: 0x1234, bytes: Buffer.from('/dev/null\0') }],
  columnLoader: '/tmp/run/1d',
  columnLibraryPath: '',
  columnIsMusl: false,
  hostLoader: '/tmp/run/1h',
  scope: { root: '/project', node: '/usr/bin/node', programs: null, exclude: [] },
  accountant: '',
  startPage: 0x7e90_0000_1000n,
  columnMachine: machineOf(s390x),
  hostMachine: machineOf(x86),
  emulator: '/usr/bin/qemu-s390x-static',
}

describe('the settings of a shim', () => {
  it('are in the byte order of the machine that it is for', () => {
    const [big, little] = [s390x, x86].map((shim) => configureShim(shim, config).subarray(offset)) as [Buffer, Buffer]
    expect([big.readUInt32BE(16), big.readBigUInt64BE(264), big.readUInt32BE(272)]).toEqual([1, 0x1234n, 10])
    expect([little.readUInt32LE(16), little.readBigUInt64LE(264), little.readUInt32LE(272)]).toEqual([1, 0x1234n, 10])
    expect([big.readBigUInt64BE(7544), little.readBigUInt64LE(7544)]).toEqual([config.startPage, config.startPage])
  })

  it('name both machines as their files do', () => {
    const [big, little] = [s390x, x86].map((shim) => configureShim(shim, config).subarray(offset)) as [Buffer, Buffer]
    expect([...big.subarray(7552, 7560)]).toEqual([2, 2, 0, 22, 2, 1, 0, 62])
    expect([...little.subarray(7552, 7560)]).toEqual([2, 2, 22, 0, 2, 1, 62, 0])
    for (const block of [big, little])
      expect(block.toString('latin1', 7560, 7560 + 27)).toBe('/usr/bin/qemu-s390x-static\0')
  })

  it('that have no room are refused, not cut', () => {
    expect(() => configureShim(s390x, { ...config, emulator: `/${'e'.repeat(256)}` })).toThrow(RangeError)
  })
})
