import { join } from 'node:path'
import type { Options, World } from './world.js'

/** States that a cell may have: in every column, or in the host's and in all others, or by column. */
export type Allowed = string | ({ readonly host: string; readonly others: string } & Readonly<Record<string, string>>)

export interface Trap {
  readonly name: string
  readonly argv: readonly string[]
  readonly options?: Options
  /** Separated by `|`. `pass` alone: nothing else will do. */
  readonly allowed: Allowed
  /** How many programs under test say which libc they ran on; each must leave its own record. */
  readonly runs: number
  /** More than a C compiler and what every system has: `tools` is tested with further packages, `root` as root alone. */
  readonly needs?: 'tools' | 'root' | undefined
}

const host = '/lib/x86_64-linux-gnu'
const foreign = (others: string, at: string = 'pass') => ({ host: at, others })
/** Programs that need the host's libc, which the oldest column does not have. */
const newer = (others: string, host = others) => ({ host, others: `${others}|incompatible`, '2.31': 'incompatible' })

/** Each a real program and a real start. None may end as a tick on the wrong libc. */
export function trapsOf(world: World): Trap[] {
  const needs = new Map<string, Trap['needs']>([
    ...tools.map((name) => [name, 'tools'] as const),
    ...rootOnly.map((name) => [name, 'root'] as const),
  ])
  return allTraps(world).map((trap) => ({ ...trap, needs: needs.get(trap.name) }))
}

const tools = [
  ...['make', 'flock', 'script(1)', 'strace', 'gdb', 'valgrind', 'ASan', 'perl', 'script of python'],
  ...['script without #!, by python', 'python subprocess', 'python subprocess, close_fds and cwd'],
  ...['python os.posix_spawn', 'python multiprocessing', 'python ctypes, raw'],
]
const rootOnly = [
  ...['chroot', 'set-user-ID', 'set-user-ID in a shell', 'another user', "another user's shell", 'setpriv'],
  ...['setpriv, then a shell', 'another user, who may not read it'],
]

function allTraps({ directory, columns, identityOf }: World): Trap[] {
  const { glibc } = identityOf('host')
  const twins = columns.filter((column) => column !== 'host' && identityOf(column).glibc === glibc)
  /** Where the host's version and the column's are one, a version string would never tell. */
  const alike = (state: string) => Object.fromEntries(twins.map((column) => [column, state]))
  const at = (name: string) => join(directory, name)
  const tells = at('tells-libc')
  const log = at('log')
  const say = `${tells} ${log}`
  const trap = (name: string, argv: readonly string[], allowed: Allowed = 'pass', runs = 1): Trap => ({
    name,
    argv,
    allowed,
    runs,
  })
  const sh = (name: string, text: string, allowed?: Allowed, runs?: number) =>
    trap(name, ['sh', '-c', text], allowed, runs)
  const oddly = (way: string, allowed?: Allowed, runs?: number) =>
    trap(`started by ${way}`, [at('starts-oddly'), ...way.split(' '), tells, log], allowed, runs)
  const opens = (way: string, end: string, own = 'pass') =>
    trap(
      `${way} of the host's libc, then ${end}`,
      [at('opens-library'), way, `${host}/libc.so.6`, end],
      { host: own, others: 'pass|fail|unproven', ...alike('fail|unproven') },
      0,
    )

  return [
    // what has no libc to exchange, or asks for the host's
    trap('static', [at('tells-libc-static'), log], 'unproven'),
    trap('static-pie', [at('tells-libc-static-pie'), log], 'unproven'),
    sh('static in a shell', `${at('tells-libc-static')} ${log}`, 'unproven'),
    trap('RPATH to the host', [at('rpath'), log], newer('pass')),
    trap('RUNPATH to the host', [at('runpath'), log], newer('pass')),
    sh('RPATH to the host, in a shell', `${at('rpath')} ${log}`, newer('fail|unproven', 'pass')),
    trap('RPATH of a library to the host', [at('rpath-of-library'), log], newer('fail|unproven', 'pass')),
    trap('NEEDED with a slash', [at('needed-with-slash'), log], newer('fail|unproven', 'pass')),
    ...['dlopen', 'dlmopen'].flatMap((way) => [
      ...['exit', '_exit'].map((end) => opens(way, end)),
      ...['kill', 'abort', 'term'].map((end) => opens(way, end, 'unproven')),
    ]),
    trap('NSS', [tells, log, '-n', 'nobody']),
    trap('NSS, a user that is missing', [tells, log, '-n', 'no such user']),
    trap('iconv', [tells, log, '-i']),
    sh("the host's loader by hand", `/lib64/ld-linux-x86-64.so.2 ${say}`, 'unproven'),
    sh(
      "the host's loader by hand, and a libc",
      `/lib64/ld-linux-x86-64.so.2 --library-path ${host} ${say}`,
      'unproven',
    ),
    trap("the host's loader by hand, without a shell", ['/lib64/ld-linux-x86-64.so.2', tells, log], 'unproven'),

    // shells and tools
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

    // scripts
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

    // languages
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
    ),
    trap(
      'perl',
      ['perl', '-e', `system('${say}') and die; system('${tells}', '${log}') and die; exec('${tells}', '${log}')`],
      'pass',
      3,
    ),
    trap('node in a shell', [
      'sh',
      '-c',
      `"${process.execPath}" -e "require('child_process').execFileSync('${tells}', ['${log}'])"`,
    ]),

    // ways to start
    ...['execv', 'fexecve', 'clear', 'unset', 'vfork', 'thread', 'chdir', 'close'].map((way) => oddly(way)),
    oddly('set', 'pass'),
    oddly('raw', 'unproven'),
    oddly('execveat', 'unproven'),
    oddly('memfd', 'unproven'),
    oddly('no-argv', 'unproven'),
    oddly('many', 'pass', 50),
    oddly('again 20'),
    oddly('nest 20'),
    trap('static parent', [at('starts-oddly-static'), 'execv', tells, log], 'unproven'),
    sh('static parent in a shell', `${at('starts-oddly-static')} execv ${say}`, 'unproven'),
    trap('started before main', [at('starts-oddly-early'), 'execv', tells, log]),

    // names of one file
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

    // environment, limits, users
    sh('LD_PRELOAD of a library', `LD_PRELOAD=${at('libmid.so')} ${say}`, 'pass|fail|unproven'),
    sh("LD_PRELOAD of the host's libc", `LD_PRELOAD=${host}/libc.so.6 ${say}`, foreign('fail|unproven')),
    sh("LD_PRELOAD of the host's libm", `LD_PRELOAD=${host}/libm.so.6 ${say}`, foreign('fail|unproven')),
    sh('LD_LIBRARY_PATH of the host', `LD_LIBRARY_PATH=${host} ${say}`, foreign('fail|unproven')),
    { ...trap('LD_LIBRARY_PATH of the host, in the test', [tells, log]), options: { env: { LD_LIBRARY_PATH: host } } },
    sh('LD_AUDIT', `LD_AUDIT=${at('libmid.so')} ${say}`, 'pass|fail|unproven'),
    sh('LD_BIND_NOW and LD_DEBUG', `LD_BIND_NOW=1 LD_DEBUG=files LD_DEBUG_OUTPUT=/dev/null ${say}`),
    sh('ulimit -f 0', `ulimit -f 0; ${tells}`, 'pass|unproven'),
    sh('ulimit -n 5', `ulimit -n 5; ${say}`, 'pass|unproven'),
    sh('ulimit -n 3', `ulimit -n 3; ${say}`, 'unproven'),
    sh('ulimit -u, -v, -s', `ulimit -s 256; ulimit -v 500000; ${say}`),
    sh('200 starts in one shell', `i=0; while [ $i -lt 200 ]; do ${say}; i=$((i+1)); done`, 'pass', 200),
    sh('50 at once', `i=0; while [ $i -lt 50 ]; do ${say} & i=$((i+1)); done; wait`, 'pass', 50),
    trap('set-user-ID', [at('set-id'), log], 'unproven'),
    sh('set-user-ID in a shell', `${at('set-id')} ${log}`, 'unproven'),
    { ...trap('another user', [tells, log], 'pass|unproven'), options: { uid: 65534, gid: 65534 } },
    { ...trap("another user's shell", ['sh', '-c', say], 'pass|unproven'), options: { uid: 65534, gid: 65534 } },
    trap('setpriv', ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', tells, log], 'pass|unproven'),
    trap(
      'setpriv, then a shell',
      ['setpriv', '--reuid=65534', '--clear-groups', 'sh', '-c', `${say}; ${say}`],
      'unproven',
      2,
    ),
    trap('setpriv --no-new-privs', ['setpriv', '--no-new-privs', tells, log]),
    {
      ...trap('another user, who may not read it', [at('unreadable'), log], 'unproven'),
      options: { uid: 65534, gid: 65534 },
    },
    trap('ASan', [at('tells-libc-asan'), log], newer('pass|unproven')),
    sh('outlives its shell', `(sleep 0.3; ${say}) >/dev/null 2>&1 &`, 'pass|unproven', 0),
  ]
}
