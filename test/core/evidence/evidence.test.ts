import { describe, expect, it } from 'vitest'
import { collectEvidence } from '../../../packages/core/src/evidence/evidence.js'
import type { HookLine, JournalLine, SpawnLine } from '../../../packages/core/src/evidence/record.js'
import { column, hostColumn, hostLibc, libc, mapped, place, program, spawned } from './lines.js'

const hook: HookLine = {
  type: 'hook',
  column: '2.31',
  file: 'a.test.ts',
  pid: 41,
  spawn: null,
  runtime: 'host',
  worker: null,
}
const failed: JournalLine = { type: 'failed', id: 'aaaaaaaa00000000', errno: -2 }
const passed = (code: string): SpawnLine => spawned({ decision: 'passthrough', code, reason: `because ${code}` })

function evidenceOf(...lines: JournalLine[]) {
  return collectEvidence(lines, [hostColumn, column])('2.31', 'a.test.ts', 'works')
}

/** State and reason of the only spawn. */
function verdictOf(...lines: JournalLine[]) {
  const { spawns } = evidenceOf(hook, ...lines)
  expect(spawns).toHaveLength(1)
  return [spawns[0]?.state, spawns[0]?.reason]
}

describe('a rerouted program', () => {
  it('is proven by the record that carries its id back', () => {
    const { spawns } = evidenceOf(hook, mapped([program, libc]), spawned())
    expect(spawns).toMatchObject([
      { state: 'mapped', processes: [{ pid: 42, ppid: 41, proof: { libc: [libc.path] } }] },
    ])
  })

  it('is not proven by another one’s record', () => {
    expect(verdictOf(spawned(), mapped([libc], { id: 'aaaaaaaa00000001' }))).toEqual([
      'unproven',
      '/project/tool left no record of what it mapped',
    ])
  })

  it('without a record, where it can’t load, is incompatible for the reason that was announced', () => {
    expect(verdictOf(spawned({ compatible: false, reason: 'needs GLIBC_2.34' }))).toEqual([
      'incompatible',
      'needs GLIBC_2.34',
    ])
  })

  it('with a record the prediction no longer counts', () => {
    expect(verdictOf(spawned({ compatible: false }), mapped([libc]))[0]).toBe('mapped')
  })

  it('the worst of its records counts, in any order', () => {
    const good = mapped([libc])
    const bad = mapped([libc, hostLibc])
    const none = mapped([program])
    const worst = [
      [good, bad],
      [bad, good],
      [none, bad],
      [good, none],
    ].map((lines) => verdictOf(spawned(), ...lines)[0])
    expect(worst).toEqual(['wrong', 'wrong', 'wrong', 'unproven'])
  })

  it('in a column that the session does not know proves nothing', () => {
    const elsewhere = spawned({ place: { ...place, column: '2.99' } })
    const evidence = collectEvidence([elsewhere, mapped([libc])], [column])
    expect(evidence('2.99', 'a.test.ts', 'works').spawns).toMatchObject([{ state: 'unproven', processes: [] }])
  })
})

describe('a refused start', () => {
  it('is neutral', () => {
    expect(verdictOf(spawned(), failed)).toEqual(['neutral', 'it could not be started'])
    expect(verdictOf(passed('launcher'), failed)[0]).toBe('neutral')
  })

  it('is none when the process reported: what it mapped counts', () => {
    expect(verdictOf(spawned(), failed, mapped([hostLibc]))[0]).toBe('wrong')
  })

  it.each(['missing', 'not-executable', 'not-elf'])('that was expected (%s) but did not happen is unproven', (code) => {
    expect(verdictOf(passed(code))).toEqual(['unproven', `because ${code}`])
    expect(verdictOf(passed(code), failed)[0]).toBe('neutral')
  })
})

describe('a command that passed through', () => {
  it.each(['launcher', 'node', 'static'])('%s is unproven', (code) => {
    expect(verdictOf(passed(code))).toEqual(['unproven', `because ${code}`])
  })

  it('a program of another libc is incompatible, whether or not this machine could start it', () => {
    expect(verdictOf(passed('foreign-libc'))).toEqual(['incompatible', 'because foreign-libc'])
    expect(verdictOf(passed('foreign-libc'), failed)).toEqual(['incompatible', 'because foreign-libc'])
  })

  it('a system tool that could not be followed is unproven', () => {
    expect(verdictOf(passed('system-tool'))[0]).toBe('unproven')
  })

  it('an excluded program that is not followed is unproven, but where the kernel counts what it starts', () => {
    expect(verdictOf(passed('excluded'))[0]).toBe('unproven')
    const worker = 'bbbbbbbb00000000'
    const counted = mapped([libc], { id: worker, accounted: true })
    expect(verdictOf({ ...passed('excluded'), worker }, counted)[0]).toBe('neutral')
  })
})

describe('whom a spawn concerns', () => {
  const at = (test: string | null, more = {}) => spawned({ place: { ...place, test, ...more } })
  const lines = [
    hook,
    at(null),
    at('works'),
    at('other'),
    at('works', { retry: 1 }),
    at('works', { file: 'b.test.ts' }),
    at('works', { column: 'host' }),
  ]
  const placesOf = (test: string) =>
    collectEvidence(lines, [column])('2.31', 'a.test.ts', test).spawns.map(({ spawn }) => spawn.place)

  it('module level counts for every test, all tries of a test count for it, nothing else does', () => {
    expect(placesOf('works')).toEqual([{ ...place, test: null }, place, { ...place, retry: 1 }])
    expect(placesOf('unheard of')).toEqual([{ ...place, test: null }])
  })

  it('an addon concerns its own test, or the file', () => {
    const addon = (test: string | null): JournalLine => ({
      type: 'addon',
      place: { ...place, test },
      path: `${test}.node`,
    })
    expect(evidenceOf(addon(null), addon('works'), addon('other')).addons).toEqual(['null.node', 'works.node'])
  })

  it('a worker thread concerns its own test, or the file, until the hook reports from it', () => {
    const thread = (id: string, test: string | null): JournalLine => ({ type: 'thread', id, place: { ...place, test } })
    const threads = [thread('1', null), thread('2', 'works'), thread('3', 'other')]
    expect(evidenceOf(...threads).unhookedThreads).toBe(2)
    expect(evidenceOf(...threads, { ...hook, spawn: '2' }).unhookedThreads).toBe(1)
  })

  it('a file is hooked by its own worker, not by a Node child and not in another column', () => {
    expect(evidenceOf(hook).hooked).toBe(true)
    expect(evidenceOf({ ...hook, spawn: 'aaaaaaaa00000000' }).hooked).toBe(false)
    expect(evidenceOf({ ...hook, column: 'host' }).hooked).toBe(false)
    expect(evidenceOf({ ...hook, file: 'b.test.ts' }).hooked).toBe(false)
  })
})
