import { spawnSync } from 'node:child_process'
import { chmodSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { buildPrograms } from '../../../../fixtures/programs/build.mjs'
import { loadConfig } from '../../../../packages/core/src/config/load.js'
import { gridOf, prepareMatrix } from '../../../../packages/core/src/matrix.js'
import { attach, uninstall } from '../../../../packages/core/src/spawn/attach.js'
import { closeSession } from '../../../../packages/core/src/spawn/session.js'
import { compile, library, scratch, script } from '../programs.js'
import { sysroot } from '../sysroots.js'
import { oldLibc, type Ran, runInColumns } from './columns.js'

const identity = `
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>
extern char **environ;
const char *bundled(void);
static void print(const char *path) {
  char line[4096];
  FILE *file = fopen(path, "r");
  while (file && fgets(line, sizeof line, file))
    if (strstr("Name Uid CapPrm CapEff CapAmb", strtok(strdup(line), ":\\n")) || path[11] == 'c') fputs(line, stdout);
}
int main(int argc, char **argv) {
  char exe[4096] = {0}, map[4096], cwd[4096];
  readlinkat(AT_FDCWD, "/proc/self/exe", exe, sizeof exe - 1);
  FILE *maps = fopen("/proc/self/maps", "r");
  fgets(map, sizeof map, maps);
  printf("exe %s\\nfirst mapped %sexecfn %s\\nname %s\\n", exe, strchr(map, '/'), (char *)getauxval(AT_EXECFN),
         program_invocation_name);
  printf("opened %d\\nentry %d\\n", open("/proc/self/exe", O_RDONLY), getauxval(AT_ENTRY) != 0 && getauxval(AT_BASE) != 0);
  printf("%s, cwd %s\\n", bundled(), getcwd(cwd, sizeof cwd));
  print("/proc/self/comm"), print("/proc/self/status");
  for (int i = 0; i < argc; i++) printf("argv %s\\n", argv[i]);
  for (char **entry = environ; *entry; entry++) printf("env %s\\n", *entry);
  printf("environ ");
  FILE *kernel = fopen("/proc/self/environ", "r");
  for (int c; (c = getc(kernel)) != EOF;) printf("%02x", c);
}`
const startsItself = `
#include <gnu/libc-version.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) {
  char *again[] = {argv[0], "x", "x", "x", 0};
  pid_t pid;
  int status = 1;
  if (argc > 3) return printf("again %s\\n", gnu_get_libc_version()) < 0;
  if (argc == 1) execv("/proc/self/exe", again);
  if (argc == 3) syscall(SYS_execve, "/proc/self/exe", again, environ);
  return posix_spawn(&pid, "/proc/self/exe", 0, 0, again, environ) || waitpid(pid, &status, 0) != pid || status;
}`
const writesItself = `
#include <errno.h>
#include <stdio.h>
int main(void) {
  FILE *self = fopen(PATH, "r+");
  if (self) fputs("overwritten", self);
  return puts(self ? "written" : "refused") < 0;
}`

const startsRaw = `
#include <sys/syscall.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) { return syscall(SYS_execve, argv[1], argv + 1, environ), argc; }`

const root = scratch()
const at = (name: string) => join(root, name)
const sysroots = ['bullseye', 'bookworm', 'trixie', 'forky', 'experimental'].map((suite) => `debian:${suite}`)
const nobody = { uid: 65534, gid: 65534 }
const users = process.geteuid?.() === 0 ? [{}, nobody] : [{}]
let fixtures: Readonly<Record<string, string>>
let hostVersion: string

beforeAll(async () => {
  chmodSync(root, 0o755)
  const old = await oldLibc()
  hostVersion = (await sysroot('host')).glibc
  mkdirSync(at('lib'))
  library(at('lib/libbundled.so'), 'const char *bundled(void) { return "bundled"; }', ['-nostdlib'])
  compile(at('bin/identity'), identity, [at('lib/libbundled.so'), '-Wl,-rpath,$ORIGIN/../lib', ...old])
  symlinkSync('bin/identity', at('link'))
  script(at('script'), `#!${at('bin/identity')} one two\n`)
  script(at('by-env'), '#!/usr/bin/env identity\n')
  compile(at('restart'), startsItself, old)
  compile(at('starts'), startsRaw, old)
  compile(at('bin/other'), '#include <stdio.h>\nint main(void) { return puts("other") < 0; }', old)
  compile(at('writes'), writesItself, [`-DPATH="${at('writes')}"`, ...old])
  fixtures = await buildPrograms(root, ['exit-with', 'die-by-signal', 'print-fds'])
})

describe.each(users)('as %o', (user) => {
  const run = (argv: readonly string[], options = {}) =>
    runInColumns('namespace', root, argv, { cwd: root, ...options, ...user }, sysroots)
  const plain = ([file = '', ...args]: readonly string[], options = {}) =>
    spawnSync(file, args, { cwd: root, env: {}, ...options, ...user, encoding: 'utf8' })

  it.each([
    ['by its own path', [at('bin/identity'), 'a', ''], {}],
    ['by a relative path and another name', ['./bin/identity'], { argv0: 'another name' }],
    ['by a link', [at('link')], { env: { A: '1', LD_BIND_NOW: '1' } }],
    ['found in PATH', ['identity'], { env: { PATH: `/usr/bin:${at('bin')}` } }],
    ['as the interpreter of a script', ['./script', 'three'], {}],
    ['through a script of env', [at('by-env'), 'a'], { env: { PATH: `/usr/bin:${at('bin')}` } }],
  ])('%s a program is to itself what it is without us, on the libc of each column', async (_, argv, options) => {
    const { stdout, stderr, status } = plain(argv, options)
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 })
    for (const [column, { cell, ...ran }] of Object.entries(await run(argv, options))) {
      expect({ column, ...ran }).toEqual({ column, stdout, stderr, status })
      expect({ column, state: cell.state, by: cell.records.map(({ strategy }) => strategy) }).toEqual({
        column,
        state: 'pass',
        by: ['namespace'],
      })
    }
  })

  it('status, signal and descriptors are the program’s', async () => {
    for (const argv of [
      [fixtures['exit-with'] ?? '', '77', 'out', 'err'],
      [fixtures['die-by-signal'] ?? '', '11'],
      [fixtures['print-fds'] ?? ''],
    ]) {
      const { stdout, stderr, status } = plain(argv)
      for (const ran of Object.values(await run(argv))) expect(ran).toMatchObject({ stdout, stderr, status })
    }
  })

  it('a program that starts itself is followed', async () => {
    for (const args of [[], ['x']]) {
      for (const [column, { cell, ...ran }] of Object.entries(await run([at('restart'), ...args]))) {
        const version = column === 'host' ? hostVersion : column
        expect(ran).toEqual({ stdout: `again ${version}\n`, stderr: '', status: 0 })
        expect([cell.state, cell.records.map(({ strategy }) => strategy)]).toEqual(['pass', ['namespace', 'namespace']])
      }
    }
  })

  it('one that starts itself without libc, announced by nobody, says so itself and is followed from there', async () => {
    for (const [column, { cell, stdout }] of Object.entries(await run([at('restart'), 'x', 'x']))) {
      expect(stdout).toBe(`again ${column === 'host' ? hostVersion : column}\n`)
      expect([cell.state, cell.records.map(({ strategy }) => strategy)]).toEqual(['pass', ['namespace', 'namespace']])
    }
  })

  it('what it starts so of other programs stays unproven where the kernel tells of it', async () => {
    const { cell, stdout } = (await run([at('starts'), at('bin/other')]))['2.31'] as Ran
    expect(stdout).toBe('other\n')
    if (cell.records[0]?.accounting === 'exact')
      expect(cell).toMatchObject({ state: 'unproven', reason: expect.stringMatching(/bin\/other by a way/) })
  })

  it('what a program writes over itself reaches neither its file nor the next start', async () => {
    const before = readFileSync(at('writes'))
    for (const ran of [...Object.values(await run([at('writes')])), ...Object.values(await run([at('writes')]))])
      expect(ran).toMatchObject({ stdout: 'refused\n', cell: { state: 'pass' } })
    expect(readFileSync(at('writes')).equals(before)).toBe(true)
  })
})

it('a run may have more starts than a file may have names', async () => {
  const config = await loadConfig({ cwd: root, overrides: { strategy: 'namespace' }, env: {} })
  const session = await prepareMatrix(config, { install: true })
  try {
    const { runInTest } = attach({ session: session.file, column: 'host', file: 'suite' })
    const start = () => runInTest('test', 0, () => spawnSync(at('restart'), ['x', 'x'], { env: {} }).status)
    expect(start()).toBe(0)
    exhaustNames(session.directory, 'restart')
    expect([start(), start()]).toEqual([0, 0])
    uninstall()
    const result = { column: 'host', suite: 'suite', test: 'test', state: 'pass', durationMs: 1 } as const
    const cell = gridOf(session, [result]).rows[0]?.cells.host
    expect(cell).toMatchObject({ state: 'pass', records: Array.from({ length: 6 }, () => ({ proof: 'mapped' })) })
  } finally {
    uninstall()
    closeSession(session)
  }
})

/** Gives the copy of a program names until the file system refuses further ones, which those of memory never do. */
function exhaustNames(directory: string, program: string): void {
  const found = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (path) => basename(path) === program,
  )
  expect(found).toHaveLength(1)
  const copy = join(directory, found[0] ?? '')
  const names = join(directory, 'names')
  mkdirSync(names)
  try {
    for (let count = 0; count < 70_000; count += 1) linkSync(copy, join(names, `${count}`))
  } catch (error) {
    expect(error).toMatchObject({ code: 'EMLINK' })
  }
}

it('a machine that refuses namespaces is told so when the session opens, and auto does without', () => {
  const core = join(import.meta.dirname, '../../../../packages/core/dist/spawn/available-strategies.js')
  const text = `const { checkStrategy } = require(${JSON.stringify(core)})
console.log(checkStrategy('auto').join())
try { checkStrategy('namespace') } catch (error) { console.log(error.code, error.message) }`
  // In a user namespace of its own anybody may forbid all further ones.
  const command = 'echo 0 >/proc/sys/user/max_mnt_namespaces && exec "$0" -e "$1"'
  const { stdout, stderr } = spawnSync('unshare', ['-r', 'sh', '-c', command, process.execPath, text], {
    encoding: 'utf8',
  })
  expect(stderr).toBe('')
  expect(stdout.split('\n')).toEqual([
    'loader,patch',
    "STRATEGY_REFUSED this machine does not allow the strategy 'namespace': unshare failed with ENOSPC; sysctl user.max_mnt_namespaces is 0",
    '',
  ])
})
