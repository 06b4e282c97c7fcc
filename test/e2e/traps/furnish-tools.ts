import { execFileSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { furnishLaunchers } from './furnish-launchers.js'

/** What the traps need that are made with further compilers and package managers. */
export function furnishTools(directory: string): void {
  goPrograms(directory)
  rustProgram(directory)
  furnishLaunchers(directory)
  capable(directory)
}

const runsItsArguments = `
func main() {
	command := exec.Command(os.Args[1], os.Args[2:]...)
	command.Stdout, command.Stderr = os.Stdout, os.Stderr
	if command.Run() != nil { os.Exit(1) }
}
`

/** Go makes system calls itself; with cgo its programs have a libc, which they don't use to start others. */
function goPrograms(directory: string): void {
  const build = (name: string, source: string, cgo: '0' | '1') => {
    writeFileSync(join(directory, `${name}.go`), source)
    const env = {
      ...process.env,
      CGO_ENABLED: cgo,
      GO111MODULE: 'off',
      GOCACHE: join(directory, 'go-cache'),
      GOFLAGS: '',
    }
    execFileSync('go', ['build', '-o', name, `${name}.go`], {
      cwd: directory,
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  build('go-static', `package main\nimport ("os"; "os/exec")\n${runsItsArguments}`, '0')
  const source = 'package main\n// #include <stdlib.h>\nimport "C"\nimport ("os"; "os/exec")\nvar used = C.abs(1)\n'
  build('go-cgo', source + runsItsArguments, '1')
}

function rustProgram(directory: string): void {
  const source = `fn main() {
    let mut args = std::env::args().skip(1);
    let ok = std::process::Command::new(args.next().unwrap()).args(args).status().unwrap().success();
    std::process::exit(if ok { 0 } else { 1 });
}`
  writeFileSync(join(directory, 'rust.rs'), source)
  execFileSync('rustc', ['-o', 'rust', 'rust.rs'], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] })
}

/** capabilities(7), struct vfs_cap_data of linux/capability.h: cap_net_raw=ep. */
function capable(directory: string): void {
  copyFileSync(join(directory, 'tells-libc'), join(directory, 'capable'))
  const value = `bytes.fromhex('0100000200200000${'0'.repeat(24)}')`
  const script = `import os; os.setxattr('capable', 'security.capability', ${value})`
  execFileSync('python3', ['-c', script], { cwd: directory })
}
