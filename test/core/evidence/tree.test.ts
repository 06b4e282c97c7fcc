import { describe, expect, it } from 'vitest'
import { collectEvidence } from '../../../packages/core/src/evidence/evidence.js'
import type { JournalLine, KernelLine, SpawnLine } from '../../../packages/core/src/evidence/record.js'
import { column, exec, hostColumn, hostLibc, libc, mapped, object, program, spawned } from './lines.js'

const inner = 'token of inner'
const innerMapped = (...objects: Parameters<typeof mapped>[0]) => mapped(objects, { token: inner, pid: 43, ppid: 42 })
const ofInner = (more: Parameters<typeof exec>[1] = {}) => exec(inner, more)
const root = mapped([program, libc])
const shell = spawned({ decision: 'passthrough', code: 'launcher', followed: true, program: '/usr/bin/dash' })
const shellMapped = mapped([hostLibc], { kind: 'tool', program: '/usr/bin/dash' })
/** The same of a tree whose execs the kernel counts. */
const counted = mapped([program, libc], { accounted: true })
const ended: JournalLine = { type: 'ended', id: 'aaaaaaaa00000000' }
const kernel = (path: string): KernelLine => ({ type: 'kernel', id: 'aaaaaaaa00000000', pid: 42, program: path })

function evidenceOf(
  spawn: SpawnLine,
  lines: JournalLine[],
  verdictOf: (program: string) => string | null = () => null,
) {
  const evidence = collectEvidence([spawn, ...lines], [hostColumn, column], (_, path) => verdictOf(path))
  const { spawns } = evidence('2.31', 'a.test.ts', 'works')
  expect(spawns).toHaveLength(1)
  return spawns[0]
}
const stateOf = (spawn: SpawnLine, ...lines: JournalLine[]) => evidenceOf(spawn, lines)?.state

describe('a program that another one started', () => {
  it('is proven by its own record, and listed', () => {
    const found = evidenceOf(spawned(), [root, ofInner(), innerMapped(libc)])
    expect(found?.state).toBe('mapped')
    expect(found?.processes.map(({ pid, program }) => [pid, program])).toEqual([
      [42, '/project/tool'],
      [43, '/project/inner'],
    ])
  })

  it('without a record makes the whole tree unproven', () => {
    expect(evidenceOf(spawned(), [root, ofInner()])).toMatchObject({
      state: 'unproven',
      reason: '/project/inner left no record of what it mapped',
    })
  })

  it('on the wrong libc makes the whole tree wrong, in any order', () => {
    expect(stateOf(spawned(), root, ofInner(), innerMapped(hostLibc))).toBe('wrong')
    expect(stateOf(spawned(), mapped([hostLibc]), ofInner(), innerMapped(libc))).toBe('wrong')
  })

  it('is not vouched for by the record of another start', () => {
    expect(stateOf(spawned(), root, ofInner(), exec('another'), innerMapped(libc))).toBe('unproven')
  })

  it('that the kernel refused owes no record', () => {
    const refused: JournalLine = { type: 'unstarted', id: 'aaaaaaaa00000000', token: inner, pid: 42 }
    expect(stateOf(spawned(), root, ofInner(), refused)).toBe('mapped')
  })

  it('that ld.so refuses is incompatible, for the reason that a plan gives', () => {
    const verdict = (path: string) => (path === '/project/inner' ? 'needs GLIBC_2.34' : null)
    expect(evidenceOf(spawned(), [root, ofInner()], verdict)).toMatchObject({
      state: 'incompatible',
      reason: 'needs GLIBC_2.34',
      refused: '/project/inner',
    })
  })

  it('started as it is, is unproven, and says why', () => {
    expect(evidenceOf(spawned(), [root, ofInner({ how: 'plain', reason: 'is static' })])).toMatchObject({
      state: 'unproven',
      reason: '/project/inner is static: nobody knows what it ran on',
    })
  })
})

describe('a program that an emulator runs', () => {
  const told: JournalLine = { type: 'counted', id: 'aaaaaaaa00000000' }
  const emulator = '/usr/bin/qemu-aarch64-static'
  const starters = { ...column, loaders: [...column.loaders, emulator] }
  const judged = (lines: JournalLine[], mustCount = false) =>
    collectEvidence([spawned(), ...lines], [hostColumn, starters], () => null, mustCount)('2.31', 'a.test.ts', 'works')
      .spawns[0]

  it('is counted by the kernel where the helper that started it says so, and by nobody else', () => {
    expect(judged([root, told, ended], true)).toMatchObject({ state: 'mapped', accounting: 'exact' })
    expect(judged([root], true)).toMatchObject({ state: 'unproven', accounting: 'shim' })
    expect(judged([root, told])).toMatchObject({ state: 'unproven', reason: expect.stringContaining('still ran') })
  })

  it('may start the emulator once for each announcement', () => {
    const start = [root, told, ofInner(), innerMapped(libc), kernel(emulator), ended]
    expect(judged(start)?.state).toBe('mapped')
    expect(judged([...start, kernel(emulator)])).toMatchObject({
      state: 'unproven',
      reason: `process 42 started ${emulator} by a way that can't be followed`,
    })
  })

  it('of another machine than the column is incompatible, wherever it is started', () => {
    const foreign = spawned({ decision: 'passthrough', code: 'foreign-machine', reason: 'a program of s390x' })
    const failed: JournalLine = { type: 'failed', id: 'aaaaaaaa00000000', errno: 8 }
    expect(evidenceOf(foreign, [])).toMatchObject({ state: 'incompatible', reason: 'a program of s390x' })
    expect(stateOf(foreign, failed)).toBe('incompatible')
    expect(evidenceOf(spawned(), [root, ofInner({ how: 'plain', reason: 'is of another machine' })])).toMatchObject({
      state: 'incompatible',
      refused: '/project/inner',
    })
  })

  it('without a shim for its machine has no record, and says why', () => {
    const silent = { ...column, silent: 'no shim for arm' }
    const [found] = collectEvidence([spawned()], [hostColumn, silent])('2.31', 'a.test.ts', 'works').spawns
    expect(found?.reason).toBe('/project/tool left no record of what it mapped: no shim for arm')
  })
})

describe('a tool of the host', () => {
  it('alone proves nothing and lowers nothing', () => {
    expect(stateOf(shell, shellMapped)).toBe('neutral')
  })

  it('leaves the proof to what it started', () => {
    expect(stateOf(shell, shellMapped, ofInner(), innerMapped(libc))).toBe('mapped')
    expect(stateOf(shell, shellMapped, ofInner(), innerMapped(hostLibc))).toBe('wrong')
    expect(stateOf(shell, shellMapped, ofInner())).toBe('unproven')
  })

  it('belongs on the libc of the host', () => {
    expect(stateOf(shell, mapped([libc], { kind: 'tool' }))).toBe('wrong')
  })

  it('that may start others and is silent is unproven; one that starts none is not', () => {
    expect(stateOf(shell)).toBe('unproven')
    expect(stateOf({ ...shell, code: 'system-tool' })).toBe('neutral')
  })

  it("that is Node with an addon is unproven outside of the host's column", () => {
    const addon = mapped([hostLibc, object('/project/x.node')], { kind: 'tool' })
    expect(evidenceOf(shell, [addon])).toMatchObject({
      state: 'unproven',
      reason: "addon in the host's Node: /project/x.node",
    })
  })

  it('started within the tree is held to the same, and not listed', () => {
    const found = evidenceOf(spawned(), [root, ofInner({ how: 'tool' }), innerMapped(hostLibc)])
    expect([found?.state, found?.processes.length]).toEqual(['mapped', 1])
    expect(stateOf(spawned(), root, ofInner({ how: 'tool' }))).toBe('unproven')
  })
})

describe('a library that a process opens itself', () => {
  const opening = (count: number, more = {}): JournalLine => ({
    type: 'opening',
    id: 'aaaaaaaa00000000',
    token: '0'.repeat(16),
    pid: 42,
    opening: count,
    ...more,
  })

  it('leaves it unproven until the process lists what it mapped', () => {
    expect(evidenceOf(spawned(), [root, opening(1)])).toMatchObject({
      state: 'unproven',
      reason: 'process 42 opened a library and ended before it could say what it mapped',
    })
    expect(stateOf(spawned(), root, opening(1), mapped([libc], { opening: 1 }))).toBe('mapped')
    expect(stateOf(spawned(), root, opening(1), mapped([libc, hostLibc], { opening: 1 }))).toBe('wrong')
    // Two processes that look like one: nobody knows whose list it is.
    expect(stateOf(spawned(), root, opening(1), opening(1), mapped([libc], { opening: 1 }))).toBe('unproven')
  })

  it('is not settled by an earlier list, another process, or another start', () => {
    const others = [mapped([libc], { opening: 1 }), mapped([libc], { opening: 2, pid: 43 })]
    expect(stateOf(spawned(), root, opening(1), opening(2), ...others)).toBe('unproven')
    expect(stateOf(spawned(), root, opening(1), mapped([libc], { opening: 1, token: inner }))).toBe('unproven')
  })
})

describe("the kernel's count", () => {
  it('is exact where the accountant watched, else the shims are all there is', () => {
    expect(evidenceOf(spawned(), [root])?.accounting).toBe('shim')
    expect(evidenceOf(spawned(), [counted])?.accounting).toBe('exact')
  })

  it('an exec that nobody announced is unproven', () => {
    expect(evidenceOf(spawned(), [counted, kernel('/project/inner')])).toMatchObject({
      state: 'unproven',
      reason: "process 42 started /project/inner by a way that can't be followed",
    })
  })

  it('a sealed loader, and what was announced to start as it is, are no news', () => {
    expect(stateOf(spawned(), counted, ofInner(), innerMapped(libc), kernel('/run/0d'), ended)).toBe('mapped')
    const plain = evidenceOf(spawned(), [
      counted,
      ofInner({ how: 'plain', reason: 'is static' }),
      kernel('/project/inner'),
    ])
    expect(plain?.reason).toBe('/project/inner is static: nobody knows what it ran on')
  })

  it('a text that the kernel refused is no excuse for a program that took its name', () => {
    const refused: JournalLine = { type: 'unstarted', id: 'aaaaaaaa00000000', token: inner, pid: 42 }
    const text = [counted, ofInner({ how: 'plain', reason: 'is neither ELF nor a script' }), refused]
    expect(stateOf(spawned(), ...text, kernel('/project/inner'), ended)).toBe('mapped')
    expect(stateOf(spawned(), ...text, kernel('/project/inner'), kernel('/project/inner'), ended)).toBe('unproven')
  })

  it('an excluded tool may start itself', () => {
    const tool = [counted, ofInner({ how: 'plain', reason: 'is static and excluded' })]
    expect(stateOf(spawned(), ...tool, kernel('/project/inner'), kernel('/project/inner'), ended)).toBe('mapped')
    expect(stateOf(spawned(), ...tool, kernel('/project/inner'), kernel('/project/other'), ended)).toBe('unproven')
  })

  it('a bare /bin/sh is the first step of system(3), and without one it is unproven', () => {
    const handedOver = [ofInner({ how: 'tool' }), innerMapped(hostLibc)]
    expect(stateOf(spawned(), counted, ...handedOver, kernel('/bin/sh'), ended)).toBe('mapped')
    expect(stateOf(spawned(), counted, kernel('/bin/sh'), ended)).toBe('unproven')
  })

  it('a sealed loader executed more often than announced is unproven', () => {
    const twice = [kernel('/run/0d'), kernel('/run/0d')]
    expect(stateOf(spawned(), counted, ofInner(), innerMapped(libc), ...twice, ended)).toBe('unproven')
  })

  it('is answered by a process that nobody announced and that speaks for itself', () => {
    const arrived = [ofInner({ how: 'arrived', pid: 42 }), innerMapped(libc)]
    expect(stateOf(spawned(), counted, kernel('/proc/self/exe'), ...arrived, ended)).toBe('mapped')
    expect(stateOf(spawned(), counted, kernel('./tool'), kernel('./other'), ...arrived, ended)).toBe('unproven')
    const elsewhere = ofInner({ how: 'arrived', pid: 43 })
    expect(stateOf(spawned(), counted, kernel('./tool'), elsewhere, innerMapped(libc), ended)).toBe('unproven')
    const onHost = [ofInner({ how: 'arrived', pid: 42 }), innerMapped(hostLibc)]
    expect(stateOf(spawned(), counted, kernel('./tool'), ...onHost, ended)).toBe('wrong')
  })

  it('a start that the kernel knows by its pointer is no excuse for one that it reports', () => {
    const quiet = [counted, ofInner({ quiet: true }), innerMapped(libc)]
    expect(stateOf(spawned(), ...quiet, ended)).toBe('mapped')
    expect(stateOf(spawned(), ...quiet, kernel('/run/0d'), ended)).toBe('unproven')
    const itself = [counted, ofInner({ how: 'itself', quiet: true }), innerMapped(libc)]
    expect(stateOf(spawned(), ...itself, ended)).toBe('mapped')
    expect(stateOf(spawned(), ...itself, kernel('/project/inner'), ended)).toBe('unproven')
    const told = [counted, ofInner({ how: 'itself' }), innerMapped(libc)]
    expect(stateOf(spawned(), ...told, kernel('/project/inner'), ended)).toBe('mapped')
    expect(
      stateOf(
        spawned(),
        counted,
        ofInner({ how: 'tool', quiet: true }),
        innerMapped(hostLibc),
        kernel('/bin/sh'),
        ended,
      ),
    ).toBe('unproven')
  })

  it('a tree that still ran, or that lost a line, is unproven', () => {
    expect(evidenceOf(spawned(), [counted])).toMatchObject({
      state: 'unproven',
      reason: '/project/tool, or what it started, still ran when the grid was made',
    })
    expect(stateOf(spawned(), counted, ended)).toBe('mapped')
    expect(stateOf(spawned(), root, { type: 'lost', id: 'aaaaaaaa00000000' })).toBe('unproven')
  })
})
