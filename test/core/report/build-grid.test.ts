import { describe, expect, it } from 'vitest'
import { buildGrid } from '../../../packages/core/src/report/build-grid.js'
import { libc } from '../evidence/lines.js'
import { cellOf, columns, gridFrom, result, said, seen } from './grids.js'

const pass = result()
const fail = result({ state: 'fail', message: 'expected 1 to be 2' })

describe('a cell', () => {
  it('is a tick only when a program is proven, with the proof in its records', () => {
    expect(cellOf([pass], said([seen('mapped')]))).toEqual({
      state: 'pass',
      durationMs: 5,
      records: [
        {
          pid: 42,
          ppid: 41,
          program: '/project/tool',
          libc: [libc.path],
          proof: 'mapped',
          strategy: 'loader',
          hostLibraries: [],
          accounting: 'exact',
          command: ['ld.so', '/project/tool', "it's"],
        },
      ],
    })
  })

  it('is none when the test started no program, or only such as could not start', () => {
    expect(cellOf([pass], said())).toEqual({ state: 'none', durationMs: 5, records: [] })
    expect(cellOf([pass], said([seen('neutral')]))).toEqual({ state: 'none', durationMs: 5, records: [] })
  })

  it('fails with the test, and for its reason', () => {
    expect(cellOf([fail], said([seen('mapped')]))).toMatchObject({ state: 'fail', reason: 'expected 1 to be 2' })
    expect(cellOf([fail], said())).toMatchObject({ state: 'fail' })
  })

  it.each([
    ['wrong', 'fail', 'why it is wrong'],
    ['incompatible', 'incompatible', 'why it is incompatible'],
    ['unproven', 'unproven', 'why it is unproven'],
  ] as const)('is no tick when a passing test’s program is %s', (state, expected, reason) => {
    for (const spawns of [[seen(state)], [seen('mapped'), seen(state)], [seen(state), seen('mapped')]]) {
      expect(cellOf([pass], said(spawns))).toMatchObject({ state: expected, reason })
    }
  })

  it('is unproven without the hook’s report and with an addon', () => {
    expect(cellOf([pass], said([seen('mapped')], { hooked: false }))).toMatchObject({
      state: 'unproven',
      reason: 'the hook never reported from this file',
    })
    expect(cellOf([pass], said([], { hooked: false }))).toMatchObject({ state: 'unproven' })
    expect(cellOf([pass], said([seen('mapped')], { addons: ['/project/a.node'] }))).toMatchObject({
      state: 'unproven',
      reason: "addon in the host's Node: /project/a.node (`@glibc-runtime node` runs the file's Node on the column)",
    })
  })

  it('names the program that ld.so refused further down the tree, and how to start that one by hand', () => {
    const spawns = [{ ...seen('incompatible'), refused: '/project/inner' }]
    const { reason, records } = cellOf([fail], said(spawns))
    expect(reason).toBe('/project/inner why it is incompatible')
    expect(records.at(-1)).toMatchObject({ program: '/project/inner', command: ['ld.so', '/project/inner', "it's"] })
  })

  it('offers no command by hand for a worker, unless ld.so refused it', () => {
    const worker = (state: 'mapped' | 'incompatible') => {
      const found = seen(state)
      return { ...found, spawn: { ...found.spawn, place: { ...found.spawn.place, file: '' } } }
    }
    expect(cellOf([fail], said([worker('mapped')])).records[0]?.command).toEqual([])
    expect(cellOf([fail], said([worker('incompatible')])).records.at(-1)?.command[0]).toBe('ld.so')
  })

  it('shows the worst first: wrong, incompatible, failed, unproven', () => {
    const all = [seen('unproven'), seen('incompatible'), seen('wrong')]
    const addons = ['/project/a.node']
    expect(cellOf([fail], said(all, { hooked: false, addons })).reason).toBe('why it is wrong')
    expect(cellOf([fail], said(all.slice(0, 2), { hooked: false, addons })).state).toBe('incompatible')
    expect(cellOf([fail], said(all.slice(0, 1), { hooked: false, addons })).reason).toBe('expected 1 to be 2')
    expect(cellOf([pass], said(all.slice(0, 1), { hooked: false, addons })).reason).toMatch(/never reported/)
    expect(cellOf([pass], said(all.slice(0, 1), { addons })).reason).toBe('why it is unproven')
  })

  it('is skipped with the test’s reason, or when no result came', () => {
    const skipped = result({ state: 'skip', message: 'only on arm64' })
    expect(cellOf([skipped], said([seen('mapped')]))).toMatchObject({ state: 'skip', reason: 'only on arm64' })
    expect(cellOf([result({ column: 'host' })], said([seen('mapped')]))).toMatchObject({
      state: 'skip',
      reason: 'not run in this column',
    })
  })

  it('of several tries adds the times up, and one failure is a failure', () => {
    expect(cellOf([pass, fail, result({ state: 'skip' })], said([seen('mapped')]))).toMatchObject({
      state: 'fail',
      durationMs: 15,
    })
  })
})

describe('the grid', () => {
  it('keeps the columns’ order and the format, and sorts suites but not their tests', () => {
    const results = ['b z', 'b a', 'a y'].map((name) => {
      const [suite = '', test = ''] = name.split(' ')
      return result({ suite, test })
    })
    const grid = gridFrom(results, () => said())
    expect(grid.format).toBe(1)
    expect(grid.columns).toEqual(columns.map(({ name, spec, glibc }) => ({ name, spec, glibc })))
    expect(grid.rows.map(({ suite, test }) => `${suite} ${test}`)).toEqual(['a y', 'b z', 'b a'])
    expect(Object.keys(grid.rows[0]?.cells ?? {})).toEqual(['host', '2.31'])
  })

  it('asks each cell’s evidence for its own column, suite and test', () => {
    const asked: string[] = []
    gridFrom([result()], (...place) => {
      asked.push(place.join(' '))
      return said()
    })
    expect(asked).toEqual(['host a.test.ts works', '2.31 a.test.ts works'])
  })

  it('a column that could not be had is skipped for its reason, whatever was reported', () => {
    const missing = { name: '2.99', spec: 'dir:/nowhere', glibc: null, skip: "it can't be had" }
    const results = [result({ column: '2.99' })]
    const grid = buildGrid({ columns: [missing], results, evidence: () => said([seen('mapped')]), byHand: () => [] })
    expect(grid.rows[0]?.cells['2.99']).toMatchObject({ state: 'skip', reason: "it can't be had" })
  })
})
