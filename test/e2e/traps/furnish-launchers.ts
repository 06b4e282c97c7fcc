import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Projects whose one dependency has a command, installed by pnpm and by yarn as their users do. */
export function furnishLaunchers(directory: string): void {
  const tool = join(directory, 'node_modules', 'tool')
  writeFileSync(join(tool, 'package.json'), JSON.stringify({ name: 'tool', version: '1.0.0', bin: 'bin/tool.js' }))
  const using = { private: true, scripts: { tool: 'tool' }, dependencies: { tool: `file:${tool}` } }
  const managers = managersIn(join(directory, 'managers'), { pnpm: '9', yarn: '1' })
  for (const name of ['pnpm', 'yarn']) {
    const project = makeProject(join(directory, `with-${name}`), using)
    run(project, join(managers, name), 'install', '--offline', '--ignore-scripts')
  }
  const newer = managersIn(join(directory, 'newer-manager'), { '@yarnpkg/cli-dist': '4' })
  plugAndPlay(makeProject(join(directory, 'with-pnp'), using), join(newer, 'yarn'))
}

/** Yarn from 2 on: no node_modules, the command lies in an archive, and NODE_OPTIONS name what reads it. */
function plugAndPlay(project: string, yarn: string): void {
  const settings = ['enableGlobalCache: false', 'enableNetwork: false', 'enableTelemetry: false', 'nodeLinker: pnp']
  writeFileSync(join(project, '.yarnrc.yml'), `${settings.join('\n')}\n`)
  writeFileSync(join(project, 'yarn.lock'), '')
  run(project, yarn, 'install', '--no-immutable')
}

/** Where the commands of package managers from npm are. */
function managersIn(path: string, dependencies: Readonly<Record<string, string>>): string {
  const project = makeProject(path, { private: true, dependencies })
  run(project, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts')
  return join(project, 'node_modules', '.bin')
}

function makeProject(path: string, content: object): string {
  mkdirSync(path)
  writeFileSync(join(path, 'package.json'), JSON.stringify(content))
  return path
}

function run(cwd: string, file: string, ...args: string[]): void {
  execFileSync(file, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
}
