import type { Kit, Trap } from './kit.js'

/** What shells and tools of the host start. */
export function shells({ at, log, say, sh, tells, trap, directory }: Kit): Trap[] {
  return [
    sh('sh -c', say),
    sh('sh -c, twice and a tool', `${say}; ls / >/dev/null; ${say}`, 'pass', 2),
    trap('bash -c', ['bash', '-c', `${say}; exec -a other ${say}`], 'pass', 2),
    sh('pipe', `${tells} | cat`),
    sh('pipe, its last', `true | ${tells} | tee /dev/null`),
    sh('subshells', `(${say}); x=$(${tells}); echo "$x"`, 'pass', 2),
    sh('background', `${say} & wait`),
    trap('make', ['make', '-s', '-j2', '-C', directory], 'pass', 2),
    sh('xargs', `printf 'a b c' | xargs -n1 -P3 ${say}`, 'pass', 3),
    trap('find -exec', ['find', tells, '-exec', '{}', log, ';']),
    trap('env', ['env', tells, log]),
    trap('env -i', ['env', '-i', tells, log]),
    trap('setsid', ['setsid', '-w', tells, log]),
    trap('nohup', ['nohup', tells, log]),
    trap('nice', ['nice', tells, log]),
    trap('timeout', ['timeout', '20', tells, log]),
    trap('stdbuf', ['stdbuf', '-oL', tells, log], 'pass|fail|unproven'),
    trap('flock', ['flock', at('Makefile'), tells, log]),
    trap('script(1)', ['script', '-qec', say, '/dev/null'], 'pass|unproven'),
    trap('strace', ['strace', '-f', '-o', '/dev/null', tells, log], 'pass|unproven'),
    trap('gdb', ['gdb', '-batch', '-ex', 'run', '--args', tells, log], 'pass|unproven', 1),
    trap('valgrind', ['valgrind', '-q', tells, log], 'unproven'),
    trap('unshare', ['unshare', '-r', tells, log], 'pass|unproven'),
    trap('chroot', ['chroot', '/', tells, log]),
  ]
}
