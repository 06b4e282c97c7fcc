import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { cleanEnv } from './consumer.js'
import { temporaryDirectory } from './directory.js'

export interface NodeBinary {
  readonly path: string
  /** As the binary itself tells it: `v24.1.0`. */
  readonly version: string
}

const found = new Map<string, Promise<NodeBinary>>()

/**
 * The Node of a version: `20` is the one that runs this test if that is its major, else the latest of npm's
 * `node-linux-*`; `20.19.0` is that one. It is unpacked where no `.bin` leads to it, as a `.bin/node` would take over
 * every script of a project.
 */
export function nodeOf(wanted: string): Promise<NodeBinary> {
  const node = found.get(wanted) ?? find(wanted)
  found.set(wanted, node)
  return node
}

async function find(wanted: string): Promise<NodeBinary> {
  const path = isVersion(process.version, wanted) ? process.execPath : await download(wanted)
  const { stdout: version } = await execa(path, ['--version'], { extendEnv: false, env: cleanEnv() })
  if (!isVersion(version, wanted)) throw new Error(`${path} is Node ${version}, not ${wanted}`)
  return { path, version }
}

function isVersion(version: string, wanted: string): boolean {
  return `${version}.`.startsWith(`v${wanted}.`)
}

async function download(wanted: string): Promise<string> {
  const directory = temporaryDirectory(`node-${wanted}`)
  const options = { cwd: directory, extendEnv: false, env: cleanEnv() }
  await execa('npm', ['pack', '--silent', `node-linux-${process.arch}@${wanted}`], options)
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack left no tarball of Node ${wanted} in ${directory}`)
  mkdirSync(join(directory, 'node'))
  await execa('tar', ['-xzf', tarball, '-C', 'node', '--strip-components=1', 'package/bin/node'], options)
  return join(directory, 'node/bin/node')
}
