import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { Ajv } from 'ajv'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { gridSchema } from '../../../packages/core/src/report/grid-schema.js'
import { readGrid } from '../../../packages/core/src/report/read-grid.js'
import { writeGrid } from '../../../packages/core/src/report/write-grid.js'
import { hostileGrid } from './hostile-grid.js'

tmp.setGracefulCleanup()
const path = fileURLToPath(new URL('../../../packages/core/schema/grid-1.json', import.meta.url))
const file = join(tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-grid-' }).name, 'grid.json')

it('is published as it is checked', async () => {
  const schema = { ...toJsonSchema(gridSchema, { target: 'draft-07' }), title: 'Grid of glibc-matrix, format 1' }
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(path)
})

it('as published takes a grid, and refuses what is none', () => {
  const isValid = new Ajv().compile(JSON.parse(readFileSync(path, 'utf8')))
  expect(isValid(hostileGrid()), JSON.stringify(isValid.errors)).toBe(true)
  const { columns, rows } = hostileGrid('x')
  expect(isValid({ format: 2, columns, rows })).toBe(false)
  expect(isValid({ format: 1, columns: ['host'], rows })).toBe(false)
  expect(isValid({ format: 1, columns, rows: [{ suite: 'a', test: 'b', cells: { host: { state: 'green' } } }] })).toBe(
    false,
  )
})

it('what is written is read again', () => {
  writeGrid(file, hostileGrid('x'))
  expect(readGrid(file)).toEqual(hostileGrid('x'))
})

it.each([
  ['not JSON', 'GRID_INVALID'],
  ['{}', 'GRID_INVALID'],
  ['{"format":1,"columns":[],"rows":[{}]}', 'GRID_INVALID'],
  ['{"format":2}', 'FORMAT_TOO_NEW'],
])('%s is refused: %s', (text, code) => {
  writeFileSync(file, text)
  expect(() => readGrid(file)).toThrow(expect.objectContaining({ code }))
})
