import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { removeSysroot } from '../../../../packages/core/src/sysroot/remove.js'
import { resolveSysroot } from '../../../../packages/core/src/sysroot/resolve.js'
import { rejection } from '../../failure.js'
import * as fake from './fake-archive.js'
import { temporary } from './machine.js'

const old = 'Date: Sat, 10 Jan 2026 09:00:00 UTC\n'
const fresh = 'Date: Sat, 11 Jul 2026 09:00:00 UTC\n'

let key: fake.Key
let packages: readonly fake.Package[]

beforeAll(async () => {
  key = await fake.makeKey('archive')
  packages = await fake.basePackages()
})

/** Files of a signed suite as they were at a date. */
async function state(fields: string, suite = 'mine'): Promise<Record<string, fake.Answer>> {
  const files = fake.suiteFiles(suite, packages, `Origin: Mine\n${fields}`)
  const path = `dists/${suite}/InRelease`
  return { ...files, [path]: await fake.clearSign(files[path] as string, key) }
}

/** One user with one store, whom mirrors serve different states. */
function user() {
  const home = temporary()
  const keyring = join(home, 'keys.asc')
  writeFileSync(keyring, key.armored)
  /** Removed again, so that the next one is not answered from the store. */
  const add = async (states: readonly Record<string, fake.Answer>[], suite = 'mine', allowUnsigned = false) => {
    const mirrors = await Promise.all(states.map(async (files) => (await fake.serve(files)).url))
    const request = { spec: `debian:${suite}`, mirrors, keyring, allowUnsigned, packages: [] }
    const installed = await resolveSysroot(request, { install: true, env: { GLIBC_MATRIX_HOME: home } })
    await removeSysroot(`debian:${suite}`, { GLIBC_MATRIX_HOME: home })
    return installed
  }
  const releases = join(home, 'releases')
  return { add, releases }
}

test('an older InRelease with a good signature is refused, and the file that says so is named', async () => {
  const { add, releases } = user()
  await add([await state(old)])
  await add([await state(fresh)])
  const error = await rejection(add([await state(old)]))
  expect(error.code).toBe('RELEASE_REPLAYED')
  expect(error.message).toMatch(/10 Jan 2026.*11 Jul 2026.*'mine'/)
  expect(error.hint).toContain(releases)
  expect(readFileSync(error.details.file as string, 'utf8').split('\n')).toHaveLength(3)
})

test('the same state is taken again, and a mirror that lags is passed over', async () => {
  const { add } = user()
  await add([await state(fresh)])
  await add([await state(fresh)])
  expect((await add([await state(old), await state(fresh)])).packages).toHaveLength(4)
})

test('a release without a date is none that is newer', async () => {
  const { add } = user()
  await add([await state('')])
  await add([await state(fresh)])
  expect((await rejection(add([await state('')]))).message).toContain('without a date')
})

test('the codename remembers what was seen under the name of the suite', async () => {
  const { add } = user()
  await add([await state(fresh)])
  const files = await state(old)
  const asCode = { ...files, 'dists/mine-code/InRelease': files['dists/mine/InRelease'] as string }
  expect((await rejection(add([asCode], 'mine-code'))).code).toBe('RELEASE_REPLAYED')
})

test('another suite, and another archive’s suite of that name, have dates of their own', async () => {
  const { add } = user()
  await add([await state(fresh)])
  await add([await state(old, 'other')], 'other')
  const files = fake.suiteFiles('mine', packages, `Origin: Somebody\n${old}`)
  const signed = await fake.clearSign(files['dists/mine/InRelease'] as string, key)
  await add([{ ...files, 'dists/mine/InRelease': signed }])
})

test('what nobody signed is neither noted nor compared', async () => {
  const { add, releases } = user()
  await add([await state('Date: Sat, 11 Jul 2099 09:00:00 UTC\n')], 'mine', true)
  expect(() => readdirSync(releases)).toThrow('ENOENT')
  await add([await state(fresh)])
  await add([await state(old)], 'mine', true)
})

test('a name that climbs stays inside, and half a line counts for nothing', async () => {
  const { add, releases } = user()
  const files = fake.suiteFiles('mine', packages, `Origin: ../../x/..\n${fresh}`)
  const signed = await fake.clearSign(files['dists/mine/InRelease'] as string, key)
  await add([{ ...files, 'dists/mine/InRelease': signed }])
  const names = readdirSync(releases)
  expect(names).toHaveLength(2)
  for (const name of names) appendFileSync(join(releases, name), '2099-01-01T00:00:00.0')
  await add([{ ...files, 'dists/mine/InRelease': signed }])
})
