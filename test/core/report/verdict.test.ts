import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { describe, expect, it } from 'vitest'
import { isRed, redCells, worstState } from '../../../packages/core/src/report/verdict.js'
import { writeGrid } from '../../../packages/core/src/report/write-grid.js'
import { gridFrom, result, said, seen } from './grids.js'

const strict = { incompatible: 'fail', unproven: 'fail' } as const
const lax = { incompatible: 'allow', unproven: 'warn' } as const

describe('red', () => {
  it('is always a failure; incompatible and unproven by the rules; a tick, none and skip never', () => {
    const red = (rules: Parameters<typeof isRed>[1]) =>
      (['pass', 'fail', 'incompatible', 'unproven', 'none', 'skip'] as const).filter((state) => isRed(state, rules))
    expect(red(strict)).toEqual(['fail', 'incompatible', 'unproven'])
    expect(red({ ...strict, unproven: 'warn' })).toEqual(['fail', 'incompatible'])
    expect(red({ ...strict, incompatible: 'allow' })).toEqual(['fail', 'unproven'])
    expect(red(lax)).toEqual(['fail'])
  })

  it('cells are listed with their place, though every test passed', () => {
    const grid = gridFrom([result({ column: 'host' }), result()], (column) =>
      said([seen(column === 'host' ? 'mapped' : 'wrong')]),
    )
    expect(redCells(grid, lax)).toEqual([
      { suite: 'a.test.ts', test: 'works', column: '2.31', cell: grid.rows[0]?.cells['2.31'] },
    ])
  })

  it('of several states the worst is shown; a suite without cells is skipped', () => {
    expect(worstState(['pass', 'none', 'unproven'])).toBe('unproven')
    expect(worstState(['unproven', 'incompatible', 'fail'])).toBe('fail')
    expect(worstState(['none', 'pass'])).toBe('pass')
    expect(worstState([])).toBe('skip')
  })
})

describe('the grid file', () => {
  it('is made with its directories, replaces an older one whole and leaves nothing beside it', () => {
    const directory = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-grid-' }).name
    const path = join(directory, 'a', 'b', 'grid.json')
    const grid = gridFrom([result()], () => said([seen('mapped')]))
    writeGrid(path, grid)
    writeFileSync(path, 'old')
    writeGrid(path, grid)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(grid)
    expect(readdirSync(join(directory, 'a', 'b'))).toEqual(['grid.json'])
  })
})
