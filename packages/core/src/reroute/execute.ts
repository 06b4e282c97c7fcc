import { type Errno, type KnownFile, knownFile } from './known-file.js'

/** What execve(2) makes of a path: the scripts on the way, the binary at its end and the argv that it gets. */
export interface Execution {
  /** The path that execve(2) gets: as the caller spelled it, or the directory of PATH that it was found in before it. */
  readonly name: string
  /** The file that was asked for, a script or the binary itself. */
  readonly asked: KnownFile
  /** Scripts in the order the kernel meets them; empty for a binary. */
  readonly scripts: readonly KnownFile[]
  readonly binary: KnownFile
  readonly args: readonly string[]
}

// Linux fs/exec.c exec_binprm: five rewrites, then ELOOP.
const maxScripts = 5

/**
 * Follows `#!` lines as the kernel does (fs/binfmt_script.c), without running anything. `path` is the string that execve
 * would get, relative to the child's `cwd`.
 */
export function execute(path: string, args: readonly string[], cwd: string): Execution | Errno {
  const asked = executable(path, cwd)
  if ('errno' in asked) return asked
  return asked.content().type === 'script' ? executeScript(asked, path, args, cwd) : plain(asked, path, args)
}

function plain(asked: KnownFile, name: string, args: readonly string[]): Execution {
  return { name, asked, scripts: [], binary: asked, args }
}

/** argv[0] becomes the interpreter as written, its one argument and the script's path; the rest stays. */
function executeScript(asked: KnownFile, path: string, args: readonly string[], cwd: string): Execution | Errno {
  const scripts: KnownFile[] = []
  let file = asked
  let name = path
  let argv = args
  for (let content = file.content(); content.type === 'script'; content = file.content()) {
    if (scripts.length === maxScripts) return { errno: 'ELOOP', path: file.path }
    scripts.push(file)
    const { interpreter, argument } = content.shebang
    argv = [interpreter, ...(argument === null ? [] : [argument]), name, ...argv.slice(1)]
    const next = executable(interpreter, cwd)
    if ('errno' in next) return next
    file = next
    name = interpreter
  }
  return { name: path, asked, scripts, binary: file, args: argv }
}

function executable(path: string, cwd: string): KnownFile | Errno {
  const file = knownFile(path.startsWith('/') ? path : `${cwd}/${path}`)
  if ('errno' in file) return file
  return file.executable ? file : { errno: 'EACCES', path: file.path }
}
