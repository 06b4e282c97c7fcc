import type { Kit, Trap } from './kit.js'

const nobody = { uid: 65534, gid: 65534 }

/** Environment, limits, users, and tools that look inside. */
export function surroundings({ at, foreign, host, log, newer, say, sh, tells, trap }: Kit): Trap[] {
  return [
    sh('LD_PRELOAD of a library', `LD_PRELOAD=${at('libmid.so')} ${say}`, 'pass|fail|unproven'),
    sh("LD_PRELOAD of the host's libc", `LD_PRELOAD=${host}/libc.so.6 ${say}`, foreign('fail|unproven')),
    sh("LD_PRELOAD of the host's libm", `LD_PRELOAD=${host}/libm.so.6 ${say}`, foreign('fail|unproven')),
    sh('LD_LIBRARY_PATH of the host', `LD_LIBRARY_PATH=${host} ${say}`, foreign('fail|unproven')),
    trap('LD_LIBRARY_PATH of the host, in the test', [tells, log], 'pass', 1, {
      options: { env: { LD_LIBRARY_PATH: host } },
    }),
    sh('LD_AUDIT', `LD_AUDIT=${at('libmid.so')} ${say}`, 'pass|fail|unproven'),
    sh('LD_BIND_NOW and LD_DEBUG', `LD_BIND_NOW=1 LD_DEBUG=files LD_DEBUG_OUTPUT=/dev/null ${say}`),
    trap(
      '/etc/ld.so.preload of the host',
      ['unshare', '-m', 'sh', '-c', `mount --bind ${at('etc')} /etc && exec ${say}`],
      'pass|unproven',
    ),
    sh(
      'a program that sets LD_* and executes itself',
      `export LD_LIBRARY_PATH=${at('')} LD_PRELOAD=${at('libmid.so')}; exec ${at('starts-oddly')} again 3 ${say}`,
      'pass|fail|unproven',
    ),
    sh('ulimit -f 0', `ulimit -f 0; ${tells}`),
    sh('ulimit -n 5', `ulimit -n 5; ${say}`, 'pass|unproven'),
    sh('ulimit -n 3', `ulimit -n 3; ${say}`, 'unproven'),
    sh('ulimit -u, -v, -s', `ulimit -s 256; ulimit -v 500000; ${say}`),
    sh('200 starts in one shell', `i=0; while [ $i -lt 200 ]; do ${say}; i=$((i+1)); done`, 'pass', 200),
    sh('50 at once', `i=0; while [ $i -lt 50 ]; do ${say} & i=$((i+1)); done; wait`, 'pass', 50),
    trap('set-user-ID', [at('set-id'), log], 'unproven'),
    sh('set-user-ID in a shell', `${at('set-id')} ${log}`, 'unproven'),
    trap('another user', [tells, log], 'pass|unproven', 1, { options: nobody }),
    trap("another user's shell", ['sh', '-c', say], 'pass|unproven', 1, { options: nobody }),
    trap('file capabilities', [at('capable'), log], 'unproven', 0, { needs: 'tools' }),
    sh('file capabilities, in a shell', `${at('capable')} ${log}`, 'unproven', 0, { needs: 'tools' }),
    trap('setpriv', ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', tells, log], 'pass|unproven'),
    trap(
      'setpriv, then a shell',
      ['setpriv', '--reuid=65534', '--clear-groups', 'sh', '-c', `${say}; ${say}`],
      'unproven',
      2,
    ),
    trap('setpriv --no-new-privs', ['setpriv', '--no-new-privs', tells, log]),
    trap('another user, who may not read it', [at('unreadable'), log], 'unproven', 1, { options: nobody }),
    trap('ASan', [at('tells-libc-asan'), log], newer('pass|unproven')),
    // It doesn't speak to the log, which is another trap's by then.
    sh('outlives its shell', `(sleep 0.3; ${tells}) >/dev/null 2>&1 &`, 'pass|unproven', 0),
  ]
}
