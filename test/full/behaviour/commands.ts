/** One command of a real program: what is compared is all that its caller, and itself, can see of it. */
export interface RealCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly input?: string
}

const python = `
import os, resource, signal, sys
status = dict(line.split(':', 1) for line in open('/proc/self/status').read().splitlines())
print(sorted(os.environ.items()), open('/proc/self/environ', 'rb').read())
print(sys.argv, open('/proc/self/cmdline', 'rb').read(), sys.executable)
print(os.readlink('/proc/self/exe'), os.path.realpath('/proc/self/exe'), open('/proc/self/comm').read(), os.getcwd())
print([(fd, os.path.exists('/proc/self/fd/' + fd)) for fd in sorted(os.listdir('/proc/self/fd'))])
print([resource.getrlimit(limit) for limit in range(16)], os.umask(0o22), os.nice(0))
print([status[name].strip() for name in ('SigBlk', 'SigIgn', 'SigCgt', 'ShdPnd', 'CapEff', 'CapBnd', 'NoNewPrivs', 'Uid', 'Groups')])
print(os.getpgrp() == os.getpgid(os.getppid()), os.getsid(0) == os.getsid(os.getppid()), open('/proc/self/oom_score_adj').read())
print(signal.getsignal(signal.SIGPIPE), os.cpu_count(), os.sched_getaffinity(0))`

const perl = 'print map("$_=$ENV{$_}\\n", sort keys %ENV), "$0 $^X @ARGV\\n", <STDIN>; exit 7'
const node =
  'console.log(process.env, process.argv, process.execPath, process.argv0, process.title, process.cwd()); process.exitCode = 5'
const bash =
  'declare -x; ulimit -a; echo "$0 $BASH $# $*"; echo /proc/$$/fd/*; trap; umask; read line; echo "$line"; exit 9'
const runtime = 'console.log(process.env, process.argv, process.execPath, process.cwd()); process.exit(4)'

export const commands: readonly RealCommand[] = [
  { program: 'python3', args: ['-c', python, 'one', '', 'two words'] },
  { program: 'python3', args: ['-c', 'import faulthandler; faulthandler._sigsegv()'] },
  { program: 'python3', args: ['-c', 'import os; os.kill(os.getpid(), 15)'] },
  {
    program: 'python3',
    args: ['-c', 'import locale, json, zlib; print(json.dumps(locale.setlocale(locale.LC_ALL, "")), zlib.crc32(b"x"))'],
  },
  { program: 'perl', args: ['-e', perl, 'one', ''], input: 'from stdin\n' },
  { program: 'perl', args: ['-e', 'use POSIX; use Encode; print encode("utf-16", "x"); abort()'] },
  { program: 'bash', args: ['-c', bash, 'name', 'one'], input: 'a line\n' },
  { program: 'bash', args: ['--no-such-option'] },
  { program: 'git', args: ['init', '-q', '-b', 'main', 'repository'] },
  { program: 'git', args: ['-C', 'repository', 'status', '--porcelain=v2', '--branch'] },
  { program: 'git', args: ['no-such-command'] },
  { program: 'git', args: ['hash-object', '--stdin'], input: 'content' },
  {
    program: 'sqlite3',
    args: [':memory:', 'create table t (a); insert into t values (1), (2); select sum(a), sqlite_version() from t'],
  },
  { program: 'sqlite3', args: [':memory:', 'select * from missing'] },
  { program: 'rg', args: ['--sort', 'path', '-n', 'needle', 'text'] },
  { program: 'rg', args: ['needle', 'missing'] },
  { program: 'jq', args: ['-S', '.a, env.ONE, $ENV.EMPTY'], input: '{"a": {"c": 1, "b": 2}}' },
  { program: 'jq', args: ['.a['], input: '{}' },
  {
    program: 'deno',
    args: [
      'eval',
      'console.log(Object.entries(Deno.env.toObject()).sort(), Deno.args, Deno.execPath(), Deno.cwd()); Deno.exit(3)',
    ],
  },
  { program: 'deno', args: ['--version'] },
  { program: 'bun', args: ['-e', runtime] },
  { program: 'bun', args: ['--version'] },
  { program: 'biome', args: ['format', '--stdin-file-path=a.js'], input: 'let  a=1' },
  { program: 'biome', args: ['check', 'missing.js'] },
  { program: 'dprint', args: ['--version'] },
  { program: 'dprint', args: ['no-such-command'] },
  { program: 'node', args: ['-e', node, 'one'] },
  { program: 'node', args: ['-e', 'process.abort()'] },
  { program: 'rust', args: ['one', ''] },
  { program: 'print-surroundings', args: ['one', 'two words'] },
  { program: 'die-by-signal', args: ['11'] },
]
