import type { Kit, Trap } from './kit.js'

/** What other languages start. */
export function languages({ at, log, newer, say, sh, tells, trap, directory }: Kit): Trap[] {
  return [
    trap('python subprocess', [
      '/usr/bin/python3',
      '-c',
      `import subprocess; subprocess.check_call(['${tells}', '${log}'])`,
    ]),
    trap('python subprocess, close_fds and cwd', [
      '/usr/bin/python3',
      '-c',
      `import subprocess; subprocess.check_call(['./tells-libc', '${log}'], close_fds=True, cwd='${directory}', start_new_session=True)`,
    ]),
    trap('python os.posix_spawn', [
      '/usr/bin/python3',
      '-c',
      `import os; os.waitpid(os.posix_spawn('${tells}', ['x', '${log}'], {}), 0)`,
    ]),
    trap('python multiprocessing', [
      '/usr/bin/python3',
      '-c',
      `import multiprocessing as m, subprocess as s\nm.set_start_method('fork')\np = m.Process(target=lambda: s.check_call(['${tells}', '${log}']))\np.start(); p.join()`,
    ]),
    trap(
      'python ctypes, raw',
      [
        '/usr/bin/python3',
        '-c',
        `import ctypes, os\nargv = (ctypes.c_char_p * 3)(b'x', b'${log}', None)\nctypes.CDLL(None).syscall(59, b'${tells}', argv, None)`,
      ],
      'unproven',
      1,
      { by: { namespace: 'pass' } },
    ),
    trap(
      'perl',
      ['perl', '-e', `system('${say}') and die; system('${tells}', '${log}') and die; exec('${tells}', '${log}')`],
      'pass',
      3,
    ),
    trap('Go, static', [at('go-static'), tells, log], 'unproven', 1, { needs: 'tools' }),
    trap('Go with cgo', [at('go-cgo'), tells, log], newer('unproven'), 1, {
      needs: 'tools',
      by: { namespace: newer('pass'), auto: newer('pass') },
    }),
    sh('Go with cgo, in a shell', `${at('go-cgo')} ${say}`, newer('unproven'), 1, {
      needs: 'tools',
      by: { namespace: newer('pass') },
    }),
    trap('Rust', [at('rust'), tells, log], newer('pass'), 1, { needs: 'tools' }),
    trap('node in a shell', [
      'sh',
      '-c',
      `"${process.execPath}" -e "require('child_process').execFileSync('${tells}', ['${log}'])"`,
    ]),
  ]
}
