import type { Kit, Trap } from './kit.js'

/** Scripts, and the launchers of package managers. */
export function scripts({ at, sh, trap }: Kit): Trap[] {
  return [
    trap('script of sh', [at('script.sh')]),
    trap('script of bash by env', [at('script-env.sh')]),
    trap('script of python', [at('script.py')]),
    trap('script of a script', [at('script-nested')]),
    trap('script of a program', [at('script-native')]),
    sh('script of a program, in a shell', at('script-native')),
    sh('script without #!', at('script-plain')),
    trap('script without #!, by python', [
      '/usr/bin/python3',
      '-c',
      `import subprocess; subprocess.call('${at('script-plain')}', shell=True)`,
    ]),
    trap("npm's launcher", [at('node_modules/.bin/tool')]),
    sh("npm's launcher, in a shell", `PATH=${at('node_modules/.bin')}:$PATH; tool`),
    ...['pnpm', 'yarn'].flatMap((name) => [
      trap(`${name}'s launcher`, [at(`with-${name}/node_modules/.bin/tool`)], 'pass', 1, { needs: 'tools' }),
      sh(`${name} run`, `cd ${at(`with-${name}`)} && ${at(`managers/node_modules/.bin/${name}`)} run tool`, 'pass', 1, {
        needs: 'tools',
      }),
    ]),
    sh(
      'yarn run, with plug and play',
      `cd ${at('with-pnp')} && ${at('newer-manager/node_modules/.bin/yarn')} run tool`,
      'pass',
      1,
      { needs: 'tools' },
    ),
  ]
}
