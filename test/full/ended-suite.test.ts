import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import * as fake from '../core/sysroot/debian/fake-archive.js'
import { glibcMatrix } from '../e2e/cli/command.js'
import { temporaryDirectory } from './directory.js'

/** GnuPG as Debian's archive used it when the suite was made: a key for two years, and SHA-1. */
function signer() {
  const home = temporaryDirectory('gnupg')
  const gpg = (args: readonly string[], input = '') =>
    execFileSync('gpg', ['--homedir', home, '--batch', '--quiet', '--faked-system-time', '20170617T000000', ...args], {
      input,
      encoding: 'utf8',
      stdio: 'pipe',
    })
  onTestFinished(() => void execFileSync('gpgconf', ['--homedir', home, '--kill', 'all'], { stdio: 'pipe' }))
  const weak = ['--digest-algo', 'SHA1', '--cert-digest-algo', 'SHA1', '--allow-weak-digest-algos']
  gpg([...weak, '--passphrase', '', '--quick-generate-key', 'Archive (9/stretch)', 'rsa2048', 'sign', '2y'])
  const fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(gpg(['--with-colons', '--list-keys']))?.[1] as string
  return {
    fingerprint,
    armored: gpg(['--armor', '--export']),
    sign: (text: string) => gpg([...weak, '--clearsign'], text),
  }
}

test('a suite that has ended is added by its pin, and then by the lock file alone', async () => {
  const { fingerprint, armored, sign } = signer()
  const files = fake.suiteFiles('stretch', await fake.basePackages(), 'Date: Sat, 17 Jun 2017 08:00:00 UTC\n')
  const path = 'dists/stretch/InRelease'
  const inRelease = sign(files[path] as string)
  expect(inRelease).toContain('Hash: SHA1')
  const { url } = await fake.serve({ ...files, [path]: inRelease })
  const project = temporaryDirectory('project')
  writeFileSync(join(project, 'keys.asc'), armored)
  const config = { sysroots: { old: 'debian:stretch' }, mirrors: [url], keyring: 'keys.asc' }
  writeFileSync(join(project, 'glibc-matrix.config.json'), JSON.stringify(config))
  const run = (args: readonly string[], store: string) =>
    glibcMatrix(args, { cwd: project, env: { GLIBC_MATRIX_HOME: join(project, store), CI: '' } })

  const refused = await run(['add'], 'one')
  expect(refused.exitCode).toBe(1)
  const pin = `${fingerprint}:${createHash('sha256').update(inRelease).digest('hex')}`
  expect(refused.stderr).toContain(`glibc-matrix add debian:stretch --pin ${pin}`)

  const wrong = await run(
    ['add', 'debian:stretch', '--pin', pin.replace(/.$/, (sign) => (sign === '0' ? '1' : '0'))],
    'one',
  )
  expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('is not the release that is pinned') })

  const added = await run(['add', 'debian:stretch', '--pin', pin], 'one')
  expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('debian:stretch') })
  const lock = JSON.parse(readFileSync(join(project, 'glibc-matrix.lock.json'), 'utf8'))
  expect(lock.releases).toEqual({ 'debian:stretch': { key: fingerprint.toLowerCase(), sha256: pin.slice(41) } })

  expect((await run(['add', '--frozen'], 'two')).exitCode).toBe(0)
  expect((await run(['update'], 'two')).exitCode).toBe(0)
  const after = JSON.parse(readFileSync(join(project, 'glibc-matrix.lock.json'), 'utf8'))
  expect(after.sysroots.old.machines).toEqual(lock.sysroots.old.machines)
  expect(after.releases).toEqual(lock.releases)
})

test.each([
  [['debian:buster', '--pin', 'x'], 'no config names debian:buster'],
  [['debian:stretch', '--pin', 'x'], "--pin 'x' is no fingerprint"],
  [['--pin', 'x'], '--pin is for one SPEC'],
  [['host', '--pin', 'x'], '--pin is for one SPEC'],
  [['debian:stretch', '--frozen', '--pin', 'x'], 'which is frozen'],
])('add %j: %s', async (words, found) => {
  const project = temporaryDirectory('project')
  writeFileSync(join(project, 'glibc-matrix.config.json'), JSON.stringify({ sysroots: { old: 'debian:stretch' } }))
  const env = { GLIBC_MATRIX_HOME: join(project, 'store'), CI: '' }
  const { exitCode, stderr } = await glibcMatrix(['add', ...words], { cwd: project, env })
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(found) })
})
