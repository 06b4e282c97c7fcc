import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import tmp from 'tmp'
import { cleanEnv } from './consumer.js'

export interface NodeBinary {
  readonly path: string
  /** As the binary itself tells it: `v24.1.0`. */
  readonly version: string
}

const fetched = new Map<number, Promise<NodeBinary>>()

/**
 * The Node of a major version: the one that runs this test, or the latest from npm's `node-linux-*`. It is unpacked where
 * no `.bin` leads to it, as a `.bin/node` would take over every script of a project.
 */
export function nodeOfMajor(major: number): Promise<NodeBinary> {
  const node = fetched.get(major) ?? find(major)
  fetched.set(major, node)
  return node
}

async function find(major: number): Promise<NodeBinary> {
  const own = Number(process.versions.node.split('.')[0]) === major
  const path = own ? process.execPath : await download(major)
  const { stdout: version } = await execa(path, ['--version'], { extendEnv: false, env: cleanEnv() })
  if (!version.startsWith(`v${major}.`)) throw new Error(`${path} is Node ${version}, not ${major}`)
  return { path, version }
}

async function download(major: number): Promise<string> {
  const directory = tmp.dirSync({ unsafeCleanup: true, prefix: `glibc-matrix-node-${major}-` }).name
  const options = { cwd: directory, extendEnv: false, env: cleanEnv() }
  await execa('npm', ['pack', '--silent', `node-linux-${process.arch}@${major}`], options)
  const tarball = readdirSync(directory).find((name) => name.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack left no tarball of Node ${major} in ${directory}`)
  mkdirSync(join(directory, 'node'))
  await execa('tar', ['-xzf', tarball, '-C', 'node', '--strip-components=1', 'package/bin/node'], options)
  return join(directory, 'node/bin/node')
}
