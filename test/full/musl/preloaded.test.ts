import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { beforeAll, expect, it } from 'vitest'

const shim = join(import.meta.dirname, `../../../packages/native/prebuilt/linux-${process.arch}/shim.so`)
const { name: directory } = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-musl-' })
const source = `#include <dlfcn.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv) {
  char exe[4096];
  ssize_t length = readlink("/proc/self/exe", exe, sizeof exe - 1);
  exe[length < 0 ? 0 : length] = 0;
  printf("%s %d %s %s\\n", argv[0], argc, exe, getenv("ONE"));
  printf("%s\\n", dlopen("/nowhere.so", RTLD_NOW) ? "opened" : dlerror());
  fflush(stdout);
  if (argc == 1) {
    pid_t pid;
    char *again[] = {"again", "1", 0};
    posix_spawn(&pid, argv[0], 0, 0, again, environ);
    waitpid(pid, 0, 0);
    system("echo from a shell");
    execvp(argv[0], (char *[]){"once more", "2", 0});
  }
  return 3;
}
`

beforeAll(() => {
  writeFileSync(join(directory, 'program.c'), source)
  execFileSync('musl-gcc', ['-o', 'program', 'program.c'], { cwd: directory })
})

it('a program of musl behaves with the shim preloaded as without', () => {
  const run = (more: object) =>
    spawnSync(join(directory, 'program'), [], { encoding: 'utf8', env: { ONE: '1', PATH: process.env.PATH, ...more } })
  const { status, stdout, stderr } = run({})
  expect(status).toBe(3)
  expect(stdout).toContain('from a shell')
  expect(run({ LD_PRELOAD: shim })).toMatchObject({ status, stdout, stderr: stderr })
})
