import type { Kit, Trap } from './kit.js'

/** One file under several names, and several files under one name. */
export function names({ at, log, sh, trap, directory }: Kit): Trap[] {
  return [
    trap('symlink', [at('link'), log]),
    trap('hard link', [at('hard-link'), log]),
    sh('relative, after a chdir', `cd ${directory} && ./tells-libc ${log}`),
    sh('a name with spaces', `'${at('elsewhere/program with spaces')}' ${log}`),
    sh('found in PATH', `PATH=${directory}; tells-libc ${log}`),
    sh(
      'replaced while it runs',
      `cd ${directory}; cp tells-libc r; ./r ${log}; cp rpath n; mv n r; cp tells-libc n; mv n r; ./r ${log}; rm r`,
      'pass',
      2,
    ),
    sh(
      'deleted while its shell runs',
      `cd ${directory}; cp tells-libc gone; ./gone ${log}; rm gone; ./gone 2>/dev/null; true`,
    ),
  ]
}
