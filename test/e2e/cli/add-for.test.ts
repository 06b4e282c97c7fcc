import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { glibcMatrix, storeIn, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
const here = { cwd: directory, env: storeIn(directory) }
// ls needs libselinux, and that libpcre2.
copyFileSync('/bin/ls', join(directory, 'ls'))

async function lacking(sysroot: string): Promise<readonly string[]> {
  const words = ['explain', '--sysroot', sysroot, '--host-libraries', 'refuse', '--json', './ls']
  const { stdout, stderr } = await glibcMatrix(words, here)
  expect(stdout, stderr).not.toBe('')
  return JSON.parse(stdout).missingLibraries.map(({ soname }: { soname: string }) => soname)
}

test('add --for brings what a program needs, so that nothing comes from the host', async () => {
  const added = await glibcMatrix(['add', 'debian:bookworm', '--for', './ls', '--name', 'full'], here)
  expect(added.exitCode, added.stderr).toBe(0)
  expect(added.stdout).toMatch(/^full .*debian:bookworm/)
  expect(added.stdout).toMatch(/packages for \.\/ls: .*libpcre2-8-0, libselinux1/)
  expect(await lacking('debian:bookworm')).toContain('libselinux.so.1')
  expect(await lacking('full')).toEqual([])
})

test('a program that is not there is told', async () => {
  const { exitCode, stderr } = await glibcMatrix(['add', 'host', '--for', './none'], here)
  expect(exitCode).toBe(127)
  expect(stderr).toContain('PROGRAM_NOT_FOUND')
})
