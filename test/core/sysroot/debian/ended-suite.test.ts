import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as openpgp from 'openpgp'
import { beforeAll, describe, expect, test } from 'vitest'
import { type LockFile, type ReleasePin, readLockFile } from '../../../../packages/core/src/config/lock-file.js'
import { pinSysroots } from '../../../../packages/core/src/sysroot/pin.js'
import { findArchive } from '../../../../packages/core/src/sysroot/providers/debian/archive.js'
import { fetchRelease } from '../../../../packages/core/src/sysroot/providers/debian/release.js'
import { resolveSysroot } from '../../../../packages/core/src/sysroot/resolve.js'
import { rejection } from '../../failure.js'
import * as fake from './fake-archive.js'
import { context, machine, temporary } from './machine.js'

const suite = 'stretch'
const then = new Date('2017-06-17T00:00:00Z')
const YEAR = 365 * 24 * 3600

let old: fake.Key
let lasting: fake.Key
let today: fake.Key
let packages: readonly fake.Package[]

beforeAll(async () => {
  old = await keyOfThen(2 * YEAR)
  lasting = await keyOfThen(0)
  today = await fake.makeKey('of today')
  packages = await fake.basePackages()
})

/** `keyExpirationTime` in seconds, 0 for never. */
async function keyOfThen(keyExpirationTime: number): Promise<fake.Key> {
  const userIDs = [{ name: 'of then' }]
  const made = await openpgp.generateKey({ userIDs, date: then, keyExpirationTime, format: 'object' })
  return { privateKey: made.privateKey, armored: made.publicKey.armor() }
}

/** Files of the suite, signed when its key was good. */
async function files(by = old, fields = ''): Promise<Record<string, fake.Answer>> {
  const unsigned = fake.suiteFiles(suite, packages, `Date: Sat, 17 Jun 2017 08:00:00 UTC\n${fields}`)
  const path = `dists/${suite}/InRelease`
  const message = await openpgp.createCleartextMessage({ text: unsigned[path] as string })
  const signed = await openpgp.sign({ message, signingKeys: by.privateKey, date: new Date('2018-01-01T00:00:00Z') })
  return { ...unsigned, [path]: signed }
}

const inRelease = (all: Record<string, fake.Answer>) => all[`dists/${suite}/InRelease`] as string
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const keyOf = async ({ armored }: fake.Key) => (await openpgp.readKey({ armoredKey: armored })).getFingerprint()

/** A project with a lock file, and one store; each `add` is as of the config's only sysroot. */
async function project(all: Record<string, fake.Answer>, keys: fake.Key, allowUnsigned = false) {
  const { url } = await fake.serve(all)
  const [root, home] = [temporary(), temporary()]
  const keyring = join(root, 'keys.asc')
  writeFileSync(keyring, keys.armored)
  const request = { name: 'old', spec: `debian:${suite}`, mirrors: [url], keyring, allowUnsigned }
  const add = (lock: LockFile) =>
    pinSysroots([request], lock, { install: true, env: { GLIBC_MATRIX_HOME: home }, fresh: true, all: true })
  const lock = () => readLockFile(root, {})
  const withPin = (pin: ReleasePin): LockFile => ({ ...lock(), releases: { [`debian:${suite}`]: pin } })
  return { add, lock, withPin, request, home, file: join(root, 'glibc-matrix.lock.json') }
}

test('a suite whose key has run out is refused, and the pin that it would take is told', async () => {
  const all = await files()
  const { add, lock, home, file } = await project(all, old)
  const error = await rejection(add(lock()))
  expect(error).toMatchObject({ code: 'RELEASE_ENDED', message: expect.stringMatching(/expired/) })
  const pin = `${(await keyOf(old)).toUpperCase()}:${sha256(inRelease(all))}`
  expect(error.hint).toContain(`glibc-matrix add debian:stretch --pin ${pin}`)
  expect([existsSync(file), existsSync(join(home, 'releases'))]).toEqual([false, false])
})

test('with the pin it is installed, and the lock file has both: again, and frozen in an empty store', async () => {
  const all = await files()
  const { add, lock, withPin, request, file } = await project(all, old)
  const pin = { key: await keyOf(old), sha256: sha256(inRelease(all)) }
  const { changes } = await add(withPin(pin))
  expect(JSON.parse(readFileSync(file, 'utf8')).releases).toEqual({ 'debian:stretch': pin })
  const again = await add(lock())
  expect(again.changes[0]?.sysroot.digest).toBe(changes[0]?.sysroot.digest)
  const env = { GLIBC_MATRIX_HOME: temporary() }
  const frozen = await resolveSysroot({ ...request, lock: { ...lock(), frozen: true } }, { install: true, env })
  expect(frozen.digest).toBe(changes[0]?.sysroot.digest)
})

test('who asks for no signature still gets the file that is pinned, or none', async () => {
  const all = await files()
  const { add, withPin } = await project(all, old, true)
  const pin = { key: await keyOf(old), sha256: sha256(inRelease(all)) }
  const error = await rejection(add(withPin({ ...pin, sha256: sha256('another') })))
  expect(error).toMatchObject({
    code: 'CHECKSUM_MISMATCH',
    message: expect.stringContaining('not the release that is pinned'),
  })
  expect((await add(withPin(pin))).changes).toHaveLength(1)
})

describe('a pin of', () => {
  test.each<[string, string, (pin: ReleasePin) => Promise<ReleasePin>]>([
    ['another file', 'CHECKSUM_MISMATCH', async (pin) => ({ ...pin, sha256: sha256('another') })],
    ['another key', 'SIGNATURE_INVALID', async (pin) => ({ ...pin, key: await keyOf(today) })],
  ])('%s', async (_, code, changed) => {
    const all = await files()
    const { add, withPin, file } = await project(all, old)
    const pin = await changed({ key: await keyOf(old), sha256: sha256(inRelease(all)) })
    expect((await rejection(add(withPin(pin)))).code).toBe(code)
    expect(existsSync(file)).toBe(false)
  })

  test('a file whose signature is of no key that is known', async () => {
    const all = await files()
    const { add, withPin } = await project(all, today)
    const error = await rejection(add(withPin({ key: await keyOf(old), sha256: sha256(inRelease(all)) })))
    expect(error).toMatchObject({ code: 'SIGNATURE_INVALID', message: expect.stringContaining('no signature') })
  })

  test('a suite, and not of one that lies below another name', async () => {
    const all = await files()
    const { add, lock } = await project(all, old)
    const pin = { key: await keyOf(old), sha256: sha256(inRelease(all)) }
    const other = { ...lock(), releases: { 'debian:buster': pin } }
    expect((await rejection(add(other))).code).toBe('RELEASE_ENDED')
  })
})

test('a signature that was never good is no end of a suite', async () => {
  const all = await files()
  const path = `dists/${suite}/InRelease`
  const changed = { ...all, [path]: inRelease(all).replace('Suite: stretch', 'Suite:  stretch') }
  const { add, lock, withPin } = await project(changed, old)
  expect((await rejection(add(lock()))).code).toBe('SIGNATURE_INVALID')
  const pin = { key: await keyOf(old), sha256: sha256(inRelease(changed)) }
  expect((await rejection(add(withPin(pin)))).code).toBe('SIGNATURE_INVALID')
})

test('a release that was valid until a day long past needs its pin as well', async () => {
  const all = await files(lasting, 'Valid-Until: Sat, 01 Jan 2022 00:00:00 UTC\n')
  const ask = await asking(all, { 'usr/share/keyrings/debian-archive-keyring.gpg': lasting.armored })
  const error = await rejection(ask({}))
  expect(error).toMatchObject({ code: 'RELEASE_ENDED', message: expect.stringContaining('was valid until') })
  const pin = { key: await keyOf(lasting), sha256: sha256(inRelease(all)) }
  expect(error.details.pin).toBe(`${pin.key.toUpperCase()}:${pin.sha256}`)
  expect((await ask({ 'debian:stretch': pin })).suite).toBe(suite)
})

/** Asks for the release on a machine with these files. */
async function asking(all: Record<string, fake.Answer>, onMachine: Readonly<Record<string, string>>) {
  const { url } = await fake.serve(all)
  const root = machine(onMachine)
  return (releases: Readonly<Record<string, ReleasePin>>) => {
    const asked = context(root, { mirrors: [url], releases })
    return fetchRelease(findArchive(asked), suite, 'x', asked)
  }
}

test('keys that the machine only keeps for old suites count by a pin alone', async () => {
  const all = await files()
  const ask = await asking(all, {
    'usr/share/keyrings/debian-archive-keyring.gpg': today.armored,
    'usr/share/keyrings/debian-archive-removed-keys.gpg': old.armored,
  })
  expect((await rejection(ask({}))).code).toBe('RELEASE_ENDED')
  const pin = { key: await keyOf(old), sha256: sha256(inRelease(all)) }
  expect((await ask({ 'debian:stretch': pin })).suite).toBe(suite)
})

test('a damaged pin makes no lock file', () => {
  const root = temporary()
  mkdirSync(root, { recursive: true })
  const text = { format: 1, releases: { 'debian:stretch': { key: 'x', sha256: sha256('') } }, sysroots: {} }
  writeFileSync(join(root, 'glibc-matrix.lock.json'), JSON.stringify(text))
  expect(() => readLockFile(root, {})).toThrow(/releases\.debian:stretch\.key/)
})
