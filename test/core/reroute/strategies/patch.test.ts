import { appendFileSync, chmodSync, copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { compile, library, scratch } from '../programs.js'
import { oldLibc, type Ran, runInColumns } from './columns.js'

const identity = `
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) {
  char exe[4096] = {0}, comm[17] = {0};
  readlink("/proc/self/exe", exe, sizeof exe - 1);
  prctl(PR_GET_NAME, comm);
  printf("%s %s %s %s %s", exe, comm, argv[0], program_invocation_name, (char *)getauxval(AT_EXECFN));
  for (char **entry = environ; *entry; entry++) printf(" %s", *entry);
  return argc == 0;
}`
const readsItself = `
#include <stdio.h>
int main(void) {
  char text[8] = {0};
  FILE *self = fopen("/proc/self/exe", "rb");
  if (!self || fseek(self, -7, SEEK_END) || fread(text, 1, 7, self) != 7) return 2;
  return puts(text) < 0;
}`
const startsItself = `
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv) {
  if (argc > 1) return puts("again") < 0;
  execl("/proc/self/exe", argv[0], "again", (char *)0);
  return 3;
}`
const usesBundled =
  'extern int puts(const char *); const char *bundled(void); int main(void) { return puts(bundled()) < 0; }'

const root = scratch()
const at = (name: string) => join(root, name)
let old: readonly string[]

beforeAll(async () => {
  old = await oldLibc()
  compile(at('identity'), identity, old)
  compile(at('payload'), readsItself, old)
  appendFileSync(at('payload'), 'PAYLOAD')
  compile(at('restart'), startsItself, old)
  mkdirSync(at('lib'))
  library(at('lib/libbundled.so'), 'const char *bundled(void) { return "bundled"; }', ['-nostdlib'])
  for (const [name, tags] of [
    ['runpath', '--enable-new-dtags'],
    ['rpath', '--disable-new-dtags'],
  ] as const)
    compile(at(`bin/${name}`), usesBundled, [at('lib/libbundled.so'), `-Wl,-rpath,$ORIGIN/../lib,${tags}`, ...old])
  compile(at('beside'), 'extern int puts(const char *); int main(void) { return puts("beside") < 0; }', [
    '-Wl,-rpath,/lib/x86_64-linux-gnu:/lib/aarch64-linux-gnu',
    ...old,
  ])
})

/** Every column ticked, by records of the strategy, and all alike. */
function expectProven(ran: Readonly<Record<string, Ran>>, stdout: string, strategies: readonly string[] = ['patch']) {
  expect(Object.keys(ran)).toEqual(['host', '2.31', '2.41'])
  for (const [column, { cell, ...rest }] of Object.entries(ran)) {
    expect({ column, ...rest }).toEqual({ column, stdout, stderr: '', status: 0 })
    expect({ column, state: cell.state, by: cell.records.map(({ strategy }) => strategy) }).toEqual({
      column,
      state: 'pass',
      by: strategies,
    })
  }
}

test('a program sees its own path, names and environment', async () => {
  const ran = await runInColumns('patch', root, [at('identity')], { argv0: 'name', env: { A: '1', B: '' } })
  expectProven(ran, `${at('identity')} identity name name ${at('identity')} A=1 B=`)
})

test.each(['runpath', 'rpath'])('$ORIGIN of a %s is where the program lies, not its copy', async (name) => {
  expectProven(await runInColumns('patch', root, [at(`bin/${name}`)]), 'bundled\n')
})

test('a payload after the program is read through /proc/self/exe', async () => {
  expectProven(await runInColumns('patch', root, [at('payload')]), 'PAYLOAD\n')
})

test('a program that starts itself again stays in its column', async () => {
  expectProven(await runInColumns('patch', root, [at('restart')]), 'again\n', ['patch', 'loader'])
})

test("a search path that names the host's directories does not bring in the host's libc", async () => {
  expectProven(await runInColumns('patch', root, [at('beside')]), 'beside\n')
})

test('a set-user-ID program is refused by name, and its cell is no tick', async () => {
  copyFileSync(at('payload'), at('privileged'))
  chmodSync(at('privileged'), 0o4755)
  for (const { cell } of Object.values(await runInColumns('patch', root, [at('privileged')])))
    expect(cell).toMatchObject({ state: 'unproven', reason: expect.stringMatching(/set-user-ID/) })
})

test('auto takes the loader, and a namespace where a program reads its own file', async () => {
  const plain = await runInColumns('auto', root, [at('restart')])
  expectProven(plain, 'again\n', ['loader', 'loader'])
  expectProven(await runInColumns('auto', root, [at('payload')]), 'PAYLOAD\n', ['namespace'])
})

test('by the loader alone such a program fails, so the tests above test something', async () => {
  const ran = await runInColumns('loader', root, [at('payload')])
  expect(Object.values(ran).map(({ stdout }) => stdout)).not.toContain('PAYLOAD\n')
})
