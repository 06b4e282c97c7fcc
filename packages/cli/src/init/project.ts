import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What `init` finds out about a project: its runners with their config files (null: none yet), and its language. */
export interface Project {
  readonly directory: string
  readonly typescript: boolean
  readonly runners: readonly { readonly runner: Runner; readonly file: string | null }[]
}

/** A test runner that there is an adapter for. */
export type Runner = 'vitest' | 'jest'

const extensions = ['ts', 'mts', 'cts', 'mjs', 'js', 'cjs', 'json']

/** The names that each runner looks its config up by, in its order. */
const configNames: Readonly<Record<Runner, readonly string[]>> = {
  vitest: ['vitest.config', 'vite.config'],
  jest: ['jest.config'],
}

/** Reads package.json and the names of files alone; a project without either has no runners. */
export function readProject(directory: string): Project {
  const manifest = readManifest(join(directory, 'package.json'))
  const dependencies = { ...manifest.dependencies, ...manifest.devDependencies }
  const runners = (Object.keys(configNames) as Runner[]).flatMap((runner) => {
    const file = configFile(directory, runner) ?? (runner === 'jest' && manifest.jest ? 'package.json' : null)
    const used = Object.hasOwn(dependencies, runner) || (file !== null && !file.startsWith('vite.'))
    return used ? [{ runner, file }] : []
  })
  const typescript = existsSync(join(directory, 'tsconfig.json')) || Object.hasOwn(dependencies, 'typescript')
  return { directory, typescript, runners }
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly jest?: unknown
}

function readManifest(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) ?? {}
  } catch {
    return {}
  }
}

function configFile(directory: string, runner: Runner): string | null {
  const names = configNames[runner].flatMap((name) => extensions.map((extension) => `${name}.${extension}`))
  return names.find((name) => existsSync(join(directory, name))) ?? null
}
