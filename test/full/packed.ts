import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { temporaryDirectory } from './directory.js'

const packages = fileURLToPath(new URL('../../packages', import.meta.url))
const folders = ['native', 'core', 'cli', 'vitest-environment-glibc', 'jest-environment-glibc'] as const

export type Folder = (typeof folders)[number]

/** Packs our packages as they would be published, each once, into a directory of their own: paths by folder. */
export async function packPackages(): Promise<Readonly<Record<Folder, string>>> {
  const directory = temporaryDirectory('packed')
  const packed: [Folder, string][] = []
  for (const folder of folders) packed.push([folder, join(directory, await pack(folder, directory))])
  return Object.fromEntries(packed) as Record<Folder, string>
}

async function pack(folder: Folder, destination: string): Promise<string> {
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
  const { stdout } = await execa('npm', args, { cwd: join(packages, folder) })
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }]
  return filename
}
