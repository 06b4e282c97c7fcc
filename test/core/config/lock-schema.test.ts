import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { Ajv } from 'ajv'
import { expect, test } from 'vitest'
import { readLockFile } from '../../../packages/core/src/config/lock-file.js'
import { lockSchema } from '../../../packages/core/src/config/lock-schema.js'
import { pinSysroots } from '../../../packages/core/src/sysroot/pin.js'
import * as fake from '../sysroot/debian/fake-archive.js'
import { temporary } from '../sysroot/debian/machine.js'

const path = fileURLToPath(new URL('../../../packages/core/schema/lock-1.json', import.meta.url))

test('is published as it is checked', async () => {
  const title = 'What glibc-matrix pins of the sysroots of a project (glibc-matrix.lock.json), format 1'
  const schema = { ...toJsonSchema(lockSchema, { target: 'draft-07' }), title }
  await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot(path)
})

test('as published takes what is written, which keeps the name of its schema, and refuses what is none', async () => {
  const { url } = await fake.serve(fake.suiteFiles('mine', await fake.basePackages()))
  const root = temporary()
  const $schema = './node_modules/@glibc-matrix/core/schema/lock-1.json'
  const lock = { ...readLockFile(root, {}), $schema }
  const requests = [{ name: 'v1', spec: 'debian:mine', mirrors: [url], allowUnsigned: true }]
  await pinSysroots(requests, lock, { install: true, all: true, env: { GLIBC_MATRIX_HOME: temporary() } })
  const written = JSON.parse(readFileSync(join(root, 'glibc-matrix.lock.json'), 'utf8'))
  expect(readLockFile(root, {}).$schema).toBe($schema)
  const isValid = new Ajv().compile(JSON.parse(readFileSync(path, 'utf8')))
  expect(isValid(written), JSON.stringify(isValid.errors)).toBe(true)
  expect(written.sysroots.v1.machines[fake.arch].packages).toHaveLength(4)
  expect(isValid({ ...written, format: 2 })).toBe(false)
  expect(isValid({ ...written, sysroots: { v1: { ...written.sysroots.v1, machines: { amd64: {} } } } })).toBe(false)
  const [one] = written.sysroots.v1.machines[fake.arch].packages
  one.sha256 = 'no hash'
  expect(isValid(written)).toBe(false)
})
