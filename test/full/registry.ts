import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { execa } from 'execa'
import { temporaryDirectory } from './directory.js'

/** A registry of npm's kind on this machine, empty at first. */
export interface Registry {
  readonly url: string
  /** Lines of an .npmrc for a user who may publish there. */
  readonly npmrc: string
  /** Where it keeps a package's tarballs. */
  storageOf(name: string): string
  stop(): Promise<void>
}

/** Installs verdaccio and starts it; `passOn` lets it fetch what it hasn't from the registry that npm uses here. */
export async function startRegistry({ passOn = false } = {}): Promise<Registry> {
  const directory = temporaryDirectory('registry')
  // One of its dependencies asks for node-fetch by a tag that mirrors may lack.
  const project = { private: true, dependencies: { verdaccio: '^6.8.0' }, overrides: { 'node-fetch': '^2.7.0' } }
  writeFileSync(join(directory, 'package.json'), JSON.stringify(project))
  await execa('npm', ['install', '--no-audit', '--no-fund'], { cwd: directory })
  const address = `127.0.0.1:${await freePort()}`
  const behind = passOn ? (await execa('npm', ['config', 'get', 'registry'])).stdout : null
  writeFileSync(join(directory, 'config.yaml'), config(address, behind))
  const server = spawn(join(directory, 'node_modules/.bin/verdaccio'), ['--config', 'config.yaml'], {
    cwd: directory,
    stdio: 'ignore',
  })
  await answering(`http://${address}/-/ping`, server)
  return {
    url: `http://${address}/`,
    npmrc: `registry=http://${address}/\n//${address}/:_authToken=anybody\n`,
    storageOf: (name) => join(directory, 'storage', name),
    async stop() {
      server.kill()
      if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    },
  }
}

function config(address: string, behind: string | null): string {
  const proxy = behind === null ? '' : `, proxy: behind`
  return `
listen: ${address}
storage: ./storage
auth: { htpasswd: { file: ./htpasswd } }
packages: { '**': { access: $all, publish: $all${proxy} } }
${behind === null ? '' : `uplinks: { behind: { url: '${behind}', cache: false, timeout: 120s } }`}
max_body_size: 100mb
log: { type: stdout, level: warn }
`
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  return port
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  while (server.exitCode === null) {
    const answer = await fetch(url).catch(() => null)
    if (answer?.ok) return
    await setTimeout(100)
  }
  throw new Error(`verdaccio ended with ${server.exitCode}`)
}
