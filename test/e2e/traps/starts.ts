import type { Kit, Trap } from './kit.js'

/** A mount namespace shows a copy to whoever executes the path of a program that `programs` names. */
const inNamespace = { by: { namespace: 'pass' } } as const

/** Every way by which one program starts another. */
export function starts({ at, log, oddly, say, sh, tells, trap }: Kit): Trap[] {
  return [
    ...['execv', 'fexecve', 'clear', 'unset', 'vfork', 'thread', 'chdir', 'close'].map((way) => oddly(way)),
    oddly('set', 'pass'),
    oddly('raw', 'unproven', 1, inNamespace),
    oddly('vfork-raw', 'unproven', 1, inNamespace),
    oddly('execveat', 'unproven', 1, inNamespace),
    oddly('memfd', 'unproven'),
    oddly('no-argv', 'unproven', 1, inNamespace),
    oddly('many', 'pass', 50),
    oddly('again 20'),
    oddly('nest 20'),
    // In that root the link leads to a static program, in ours to nothing.
    trap('started by root, an absolute link', [at('starts-oddly'), 'root', at('other-root/link'), log], 'unproven', 1, {
      needs: 'root',
    }),
    trap('static parent', [at('starts-oddly-static'), 'execv', tells, log], 'unproven'),
    sh('static parent in a shell', `${at('starts-oddly-static')} execv ${say}`, 'unproven'),
    trap('static parent that is excluded, by the test', [at('static-tool'), 'execv', tells, log], 'unproven'),
    sh('static parent that is excluded', `${at('static-tool')} execv ${say}`, 'unproven', 1, inNamespace),
    sh(
      'static parent that is excluded, env -i',
      `env -i ${at('static-tool')} clear ${say}`,
      'unproven',
      1,
      inNamespace,
    ),
    sh(
      'static parent that is excluded, of another program',
      `${at('static-tool')} execv ${at('hard-copy')} ${log}`,
      'unproven',
    ),
    trap('started before main', [at('starts-oddly-early'), 'execv', tells, log]),
  ]
}
