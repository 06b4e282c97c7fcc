import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { Ajv } from 'ajv'
import { expect, it } from 'vitest'
import { blobSchema } from '../../../../packages/core/src/report/blob/schema.js'
import { blob } from './blobs.js'

const path = fileURLToPath(new URL('../../../../packages/core/schema/blob-1.json', import.meta.url))

it('is published as it is checked', async () => {
  const title = 'Records of one run of glibc-matrix, format 1'
  const schema = { ...toJsonSchema(blobSchema, { target: 'draft-07' }), title }
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(path)
})

it('as published takes a blob, and refuses what is none', () => {
  const isValid = new Ajv().compile(JSON.parse(readFileSync(path, 'utf8')))
  const whole = blob({ 'a.test.ts': { host: 'pass', '2.31': 'incompatible' } })
  expect(isValid(whole), JSON.stringify(isValid.errors)).toBe(true)
  expect(isValid({ ...whole, shard: { index: 0, count: 3 } })).toBe(false)
  expect(isValid({ ...whole, rows: [{ suite: 'a', test: 'b', cells: { host: { state: 'missing' } } }] })).toBe(false)
  expect(isValid({ ...whole, format: 2 })).toBe(false)
})
