import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { bin, glibcMatrix, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
let programs: Record<string, string>
const at = (name: string) => join(directory, name)

// Of the mapped files only libc counts, whatever it is called in its sysroot.
const source = `
#include <stdio.h>
#include <string.h>
#include <gnu/libc-version.h>
int main(void) {
  char line[4096];
  FILE *maps = fopen("/proc/self/maps", "r");
  printf("%s\\n", gnu_get_libc_version());
  while (fgets(line, sizeof line, maps)) if (strstr(line, "/libc.so.6") || strstr(line, "/libc-2.")) fputs(strchr(line, '/'), stdout);
  return 0;
}`

beforeAll(async () => {
  programs = await buildPrograms(directory, ['print-libc', 'uses-strlcpy'])
  writeFileSync(at('maps.c'), source)
  await execa('cc', ['-o', at('maps'), at('maps.c')])
})

async function rootOf(spec: string): Promise<string> {
  const { stdout } = await glibcMatrix(['list', '--json'])
  return (JSON.parse(stdout) as { spec: string; path: string }[]).find((each) => each.spec === spec)?.path as string
}

async function expectOn(spec: string, glibc: string, stdout: string) {
  const [version, ...libcs] = stdout.trim().split('\n')
  const root = await rootOf(spec)
  expect(version).toBe(glibc)
  expect(libcs.length).toBeGreaterThan(0)
  expect(libcs.filter((path) => !path.startsWith(`${root}/`))).toEqual([])
}

test('a patched program runs on the sysroot by itself, and keeps its mode', async () => {
  expect(await glibcMatrix(['patch', at('maps'), at('maps-2.41'), '--sysroot', 'debian:trixie'])).toMatchObject({
    exitCode: 0,
    stdout: '',
    stderr: '',
  })
  await expectOn('debian:trixie', '2.41', (await execa(at('maps-2.41'))).stdout)
  expect(statSync(at('maps-2.41')).mode).toBe(statSync(at('maps')).mode)
})

test('it runs on an older one too', async () => {
  await glibcMatrix(['patch', programs['print-libc'] as string, at('old'), '--sysroot', 'debian:bullseye'])
  expect((await execa(at('old'))).stdout).toMatch(/^glibc=2\.31$/m)
})

test('one that can’t start there is written for those who add what it lacks, and that is told', async () => {
  const input = programs['uses-strlcpy'] as string
  const { exitCode, stderr } = await glibcMatrix(['patch', input, at('newer'), '--sysroot', 'debian:bullseye'])
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: expect.stringMatching(/newer won't start there as it is: .*needs GLIBC_2\.38.* of libc\.so\.6/),
  })
})

test('what is no dynamic program is refused, and nothing is written', async () => {
  await execa('cc', ['-static', '-o', at('static'), at('maps.c')])
  const { exitCode, stderr } = await glibcMatrix(['patch', at('static'), at('nothing'), '--sysroot', 'debian:trixie'])
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringContaining('STRATEGY_REFUSED') })
  expect(existsSync(at('nothing'))).toBe(false)
})

test('the flags for cc link a program that runs on the sysroot', async () => {
  const { stdout } = await glibcMatrix(['flags', '--sysroot', 'debian:trixie'])
  await execa('sh', ['-c', `cc -o "$1" "$2" ${stdout}`, 'sh', at('linked'), at('maps.c')])
  await expectOn('debian:trixie', '2.41', (await execa(at('linked'))).stdout)
})

test('those for cmake are one word, those for cgo an assignment', async () => {
  const cmake = (await glibcMatrix(['flags', '--sysroot', 'debian:trixie', '--for', 'cmake'])).stdout
  const cgo = (await glibcMatrix(['flags', '--sysroot', 'debian:trixie', '--for', 'cgo'])).stdout
  expect((await execa('sh', ['-c', `printf '%s|' ${cmake}`])).stdout).toMatch(/^-DCMAKE_EXE_LINKER_FLAGS=[^|]+\|$/)
  expect((await execa('sh', ['-c', `${cgo.trim()} sh -c 'echo "$CGO_LDFLAGS"'`])).stdout).toContain(
    '-Wl,--dynamic-linker=',
  )
})

test('run --strategy says in its records how a program was started', async () => {
  const argv = [
    'run',
    '--json',
    '--strategy',
    'patch',
    '--sysroot',
    'debian:bullseye',
    '--',
    programs['print-libc'] as string,
  ]
  const { columns } = JSON.parse((await execa(process.execPath, [bin, ...argv], { cwd: directory })).stdout)
  expect(columns[0]).toMatchObject({ state: 'pass', records: [{ strategy: 'patch' }] })
})
