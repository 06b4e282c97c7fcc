import { execFileSync } from 'node:child_process'
import { copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Real programs by their name: of Debian, copied out of the system directories, and of npm. */
export function installPrograms(directory: string): Readonly<Record<string, string>> {
  const bin = join(directory, 'bin')
  mkdirSync(bin)
  const debian = ['rg', 'python3', 'perl', 'git', 'sqlite3', 'bash', 'jq'].map((name) => {
    const file = execFileSync('sh', ['-c', `command -v ${name}`], {
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin' },
    }).trim()
    copyFileSync(realpathSync(file), join(bin, name))
    return [name, join(bin, name)]
  })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true }))
  const packages = Object.values(npm).map(({ name }) => name)
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts']
  execFileSync('npm', ['install', ...flags, ...packages], { cwd: directory, stdio: ['ignore', 'ignore', 'inherit'] })
  const installed = Object.entries(npm).map(([name, { path }]) => [name, join(directory, 'node_modules', path)])
  return Object.fromEntries([...debian, ...installed, ['node', realpathSync(process.execPath)], rustProbe(bin)])
}

const npm = {
  deno: { name: '@deno/linux-x64-glibc@2', path: '@deno/linux-x64-glibc/deno' },
  bun: { name: '@oven/bun-linux-x64@1', path: '@oven/bun-linux-x64/bin/bun' },
  biome: { name: '@biomejs/cli-linux-x64@2', path: '@biomejs/cli-linux-x64/biome' },
  dprint: { name: '@dprint/linux-x64-glibc@0.57', path: '@dprint/linux-x64-glibc/dprint' },
}

function rustProbe(bin: string): [string, string] {
  const source = `fn main() {
    let mut names: Vec<_> = std::env::vars_os().collect();
    names.sort();
    println!("{:?} {:?} {:?} {:?}", names, std::env::args_os(), std::env::current_exe(), std::env::current_dir());
}`
  writeFileSync(join(bin, 'rust.rs'), source)
  execFileSync('rustc', ['-o', 'rust', 'rust.rs'], { cwd: bin, stdio: ['ignore', 'ignore', 'inherit'] })
  return ['rust', join(bin, 'rust')]
}
