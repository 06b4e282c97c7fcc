import { execFileSync } from 'node:child_process'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dirSync } from 'tmp'

/** A directory of a test file's own, removed when its worker ends. */
export function scratch(): string {
  return realpathSync(dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-plan-' }).name)
}

/** Compiles C with the machine's cc; `source` is the text itself. */
export function compile(output: string, source: string, flags: readonly string[] = []): string {
  mkdirSync(dirname(output), { recursive: true })
  execFileSync('cc', ['-x', 'c', '-o', output, '-', '-x', 'none', ...flags], {
    input: source,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return output
}

export function library(output: string, source: string, flags: readonly string[] = []): string {
  return compile(output, source, ['-shared', '-fPIC', ...flags])
}

export function script(path: string, text: string, mode = 0o755): string {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text, { mode })
  return path
}

/** A linker version script beside a library, so that the library defines the versions. */
export function versionScript(directory: string, text: string): string {
  const path = join(directory, 'versions.map')
  writeFileSync(path, text)
  return `-Wl,--version-script=${path}`
}

/** Needs nothing newer than GLIBC_2.2.5 on x86-64: no main through __libc_start_main@GLIBC_2.34. */
export const oldMain = `
extern int puts(const char *); extern void exit(int) __attribute__((noreturn));
void start(void) { puts("hello"); exit(0); }
__asm__(".globl _start\\n_start:\\n"
#if defined(__x86_64__)
" andq $-16, %rsp\\n call start\\n"
#elif defined(__aarch64__)
" b start\\n"
#endif
);`

export const oldFlags = ['-nostartfiles']
