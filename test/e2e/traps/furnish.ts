import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, linkSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Writes the files that the traps need beside the programs. */
export function furnish(directory: string): void {
  const at = (...names: string[]) => join(directory, ...names)
  const tells = at('tells-libc')
  const say = `${tells} ${at('log')}`
  const script = (name: string, text: string) => writeFileSync(at(name), text, { mode: 0o755 })
  script('script.sh', `#!/bin/sh\n${say}\n`)
  script('script-env.sh', `#!/usr/bin/env bash\n${say}\n`)
  script('script.py', `#!/usr/bin/python3\nimport subprocess\nsubprocess.check_call(['${tells}', '${at('log')}'])\n`)
  script('script-nested', `#!${at('script.sh')}\n`)
  script('script-plain', `${say}\n`)
  script('script-native', `#!${tells} ${at('log')}\n`)
  mkdirSync(at('node_modules/.bin'), { recursive: true })
  mkdirSync(at('node_modules/tool/bin'), { recursive: true })
  const launcher = `#!/usr/bin/env node
const { status } = require('child_process').spawnSync('${tells}', ['${at('log')}'], { stdio: 'inherit' })
process.exit(status)
`
  script('node_modules/tool/bin/tool.js', launcher)
  symlinkSync('../tool/bin/tool.js', at('node_modules/.bin/tool'))
  writeFileSync(at('Makefile'), `all: one two\none two:\n\t@${say}\n`)
  symlinkSync('tells-libc', at('link'))
  linkSync(tells, at('hard-link'))
  mkdirSync(at('elsewhere'))
  copyFileSync(tells, at('elsewhere/program with spaces'))
  copyFileSync(at('starts-oddly-static'), at('static-tool'))
  copyFileSync(tells, at('hard-copy'))
  copyFileSync(tells, at('qemu-x86_64'))
  mkdirSync(at('other-root'))
  copyFileSync(at('tells-libc-static'), at('other-root/of-other-root'))
  symlinkSync('/of-other-root', at('other-root/link'))
  copyFileSync(tells, at('set-id'))
  chmodSync(at('set-id'), 0o4755)
  copyFileSync(tells, at('unreadable'))
  chmodSync(at('unreadable'), 0o711)
  mkdirSync(at('etc'))
  execFileSync('cp', ['-a', '/etc/.', at('etc')])
  linkToHost(directory)
  writeFileSync(at('etc/ld.so.preload'), `${at('libmid.so')}\n`)
}

const hostLibraries = '/lib/x86_64-linux-gnu'

/** Programs whose own words lead to the host's libraries. */
function linkToHost(directory: string): void {
  const at = (name: string) => join(directory, name)
  const source = new URL('../../../fixtures/programs/tells-libc.c', import.meta.url).pathname
  const cc = (...args: string[]) => execFileSync('cc', args, { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] })
  writeFileSync(at('mid.c'), 'int mid = 1;\n')
  const library = ['-shared', '-fPIC', at('mid.c')]
  cc('-o', at('rpath'), source, `-Wl,-rpath,${hostLibraries},--disable-new-dtags`)
  cc('-o', at('runpath'), source, `-Wl,-rpath,${hostLibraries},--enable-new-dtags`)
  cc('-o', 'libmid.so', ...library, '-Wl,--no-as-needed', '-lm', `-Wl,-rpath,${hostLibraries},--disable-new-dtags`)
  cc('-o', at('rpath-of-library'), source, '-Wl,--no-as-needed', at('libmid.so'), '-Wl,-rpath,$ORIGIN')
  symlinkSync('/lib64/ld-linux-x86-64.so.2', at('ld-linux-x86-64.so.2'))
  cc('-o', at('interpreter-link'), source, `-Wl,--dynamic-linker=${at('ld-linux-x86-64.so.2')}`)
  cc('-o', 'slash.so', ...library, `-Wl,-soname,${hostLibraries}/libc.so.6`)
  cc('-o', at('needed-with-slash'), source, '-Wl,--no-as-needed', at('slash.so'))
  cc('-o', 'libslash.so', ...library, '-Wl,--no-as-needed', at('slash.so'))
  cc('-o', at('slash-of-library'), source, '-Wl,--no-as-needed', at('libslash.so'), '-Wl,-rpath,$ORIGIN')
  const early = `#include <dlfcn.h>
__attribute__((constructor)) static void early(void) { void *opened = dlopen("${hostLibraries}/libc.so.6", RTLD_NOW); if (opened) dlclose(opened); }`
  const asLibrary = ['-shared', '-fPIC', '-x', 'c', '-', '-o', at('libearly.so')]
  execFileSync('cc', asLibrary, { input: early, stdio: ['pipe', 'pipe', 'inherit'] })
  cc('-o', at('opens-early'), source, '-Wl,--no-as-needed', at('libearly.so'), '-Wl,-rpath,$ORIGIN')
  appImage(directory)
}

/** As type 2 of AppImage has it, a mark in the ELF header's padding and a file system behind the program; and one without the mark. */
function appImage(directory: string): void {
  const program = readFileSync(join(directory, 'reads-payload'))
  const payload = Buffer.from(`${'hsqs'.repeat(1024)}payload!`)
  writeFileSync(join(directory, 'with-payload'), Buffer.concat([program, payload]), { mode: 0o755 })
  program.write('AI\x02', 8, 'latin1')
  writeFileSync(join(directory, 'app-image'), Buffer.concat([program, payload]), { mode: 0o755 })
}
