import { basename } from 'node:path'

/** Programs made to start another one, which is then not followed. Versions are cut before the look-up. */
const wrappers: ReadonlySet<string> = new Set([
  ...['sh', 'bash', 'rbash', 'dash', 'ash', 'zsh', 'ksh', 'ksh93', 'mksh', 'fish', 'csh', 'tcsh', 'posh', 'yash'],
  ...['busybox', 'toybox', 'env', 'xargs', 'find', 'parallel', 'watch', 'entr', 'run-parts'],
  ...['make', 'gmake', 'ninja', 'samu', 'cmake', 'ctest', 'meson', 'scons', 'bazel', 'cargo'],
  ...['timeout', 'nohup', 'setsid', 'nice', 'ionice', 'chrt', 'taskset', 'numactl', 'prlimit', 'stdbuf', 'flock'],
  ...['time', 'script', 'expect', 'unbuffer', 'setarch', 'linux32', 'linux64', 'i386', 'x86_64', 'uname26'],
  ...['sudo', 'su', 'doas', 'pkexec', 'runuser', 'setpriv', 'runcon', 'capsh', 'start-stop-daemon', 'systemd-run'],
  ...['unshare', 'nsenter', 'chroot', 'bwrap', 'proot', 'fakeroot', 'fakechroot', 'firejail', 'docker', 'podman'],
  ...[
    'strace',
    'ltrace',
    'gdb',
    'gdb-multiarch',
    'lldb',
    'rr',
    'perf',
    'valgrind',
    'heaptrack',
    'catchsegv',
    'sotruss',
  ],
  ...['xvfb-run', 'dbus-run-session', 'dbus-launch', 'ssh-agent', 'screen', 'tmux', 'socat'],
])

/** Programs of their own that may also start others. */
const interpreters: ReadonlySet<string> = new Set([
  ...['python', 'pypy', 'perl', 'ruby', 'lua', 'luajit', 'php', 'tclsh', 'wish', 'guile', 'Rscript', 'R', 'java'],
])

/** ld.so called by its name starts its program on its own libc. */
const loaders = /^(ld-linux[\w-]*\.so\.\d+|ld-\d[\d.]*\.so|ld64\.so\.\d+|ld\.so(\.1)?|ld-musl-.*)$/

/** qemu-user (not QEMU's tools for images and machines), box64 and FEX. As packages/native/c/target.h has it. */
const emulators = /^(qemu-(?!(img|nbd|io|ga|edid|keymap)$)\w+(-static)?|box64|box86|FEX(Interpreter|Loader))$/

/**
 * Tells by name whether a program runs others without executing them: it maps them and their libc as data, of which neither
 * the kernel's count nor a list of mapped code says anything.
 */
export function isEmulator(path: string): boolean {
  return emulators.test(basename(path))
}

export type LauncherKind = 'wrapper' | 'interpreter'

/** Tells by name whether a system's program starts others; null when it doesn't. */
export function launcherKind(path: string): LauncherKind | null {
  const name = basename(path)
  const stem = name.replace(/-?\d+(\.\d+)*[a-z]?$/, '')
  if (wrappers.has(name) || wrappers.has(stem) || loaders.test(name)) return 'wrapper'
  return interpreters.has(name) || interpreters.has(stem) ? 'interpreter' : null
}
