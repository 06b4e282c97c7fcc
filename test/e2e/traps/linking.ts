import type { Kit, Trap } from './kit.js'

/** What a program appends to itself it reads by /proc/self/exe, which is the loader's file by `loader`. */
const bringsMore = { checked: true, by: { patch: 'pass', namespace: 'pass', auto: 'pass' } } as const

/** Programs that have no libc to exchange, or that ask for the host's. */
export function linking({ at, foreign, host, log, newer, opens, say, sh, tells, trap }: Kit): Trap[] {
  return [
    trap('static', [at('tells-libc-static'), log], 'unproven'),
    trap('static-pie', [at('tells-libc-static-pie'), log], 'unproven'),
    sh('static in a shell', `${at('tells-libc-static')} ${log}`, 'unproven'),
    trap('RPATH to the host', [at('rpath'), log], newer('pass')),
    trap('RUNPATH to the host', [at('runpath'), log], newer('pass')),
    sh('RPATH to the host, in a shell', `${at('rpath')} ${log}`, newer('fail|unproven', 'pass')),
    trap('RPATH of a library to the host', [at('rpath-of-library'), log], newer('fail|unproven', 'pass')),
    trap('NEEDED with a slash', [at('needed-with-slash'), log], newer('fail|unproven', 'pass')),
    trap('NEEDED with a slash, of a library', [at('slash-of-library'), log], newer('fail|unproven', 'pass')),
    trap('PT_INTERP is an absolute symlink', [at('interpreter-link'), log], newer('pass')),
    trap('AppImage', [at('app-image'), log], 'fail|unproven', 1, bringsMore),
    trap('a payload behind the program', [at('with-payload'), log], 'fail', 1, bringsMore),
    trap('a payload, read after /proc/self/exe is executed', [at('with-payload'), log, 'again'], 'fail', 1, {
      checked: true,
      by: { namespace: 'pass', auto: 'pass' },
    }),
    sh('a payload behind the program, in a shell', `${at('with-payload')} ${log}`, 'fail', 1, { checked: true }),
    ...['dlopen', 'dlmopen'].flatMap((way) => [
      ...['exit', '_exit', 'close'].map((end) => opens(way, end)),
      ...['kill', 'abort', 'term'].map((end) => opens(way, end, 'unproven')),
    ]),
    trap(
      "dlopen of the host's libc by a library, closed before main",
      [at('opens-early'), log],
      newer('pass|fail|unproven', 'fail|unproven'),
    ),
    ...['mmap', 'mprotect'].flatMap((way) =>
      ['exit', '_exit', 'kill'].map((end) => {
        const argv = [at('opens-library'), way, `${host}/libc.so.6`, end]
        return trap(`${way} of the host's libc by hand, then ${end}`, argv, foreign('fail'))
      }),
    ),
    trap('NSS', [tells, log, '-n', 'nobody']),
    trap('NSS, a user that is missing', [tells, log, '-n', 'no such user']),
    trap('iconv', [tells, log, '-i']),
    sh("the host's loader by hand", `/lib64/ld-linux-x86-64.so.2 ${say}`, 'unproven'),
    sh(
      "the host's loader by hand, and a libc",
      `/lib64/ld-linux-x86-64.so.2 --library-path ${host} ${say}`,
      'unproven',
    ),
    trap('an emulator', [at('qemu-x86_64'), log], 'unproven'),
    sh('an emulator in a shell', `${at('qemu-x86_64')} ${log}; ${say}`, 'unproven', 2),
    trap("the host's loader by hand, without a shell", ['/lib64/ld-linux-x86-64.so.2', tells, log], 'unproven'),
  ]
}
