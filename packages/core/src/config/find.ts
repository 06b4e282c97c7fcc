import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { GlibcMatrixError } from '../errors.js'

const extensions = ['ts', 'mts', 'mjs', 'js', 'cjs', 'json']

/** Where the project is: its config file, null without one, and the directory that globs and paths are relative to. */
export interface ConfigPlace {
  readonly root: string
  readonly file: string | null
}

/**
 * Looks for `glibc-matrix.config.*` from `cwd` upwards, no further than the repository (`.git`), or without one the
 * nearest package. The root is the config's directory. Two configs in one directory are refused rather than ranked.
 */
export function findConfig(cwd: string): ConfigPlace {
  for (const directory of searched(cwd)) {
    const [file, second] = configsIn(directory)
    if (second !== undefined) throw ambiguous(directory, configsIn(directory))
    if (file !== undefined) return { root: directory, file: join(directory, file) }
  }
  return { root: nearestWith(cwd, 'package.json') ?? nearestWith(cwd, '.git') ?? resolve(cwd), file: null }
}

function searched(cwd: string): string[] {
  const top = nearestWith(cwd, '.git') ?? nearestWith(cwd, 'package.json') ?? resolve(cwd)
  const all = upwards(cwd)
  return all.slice(0, all.indexOf(top) + 1)
}

function nearestWith(cwd: string, entry: string): string | undefined {
  return upwards(cwd).find((directory) => existsSync(join(directory, entry)))
}

function upwards(from: string): string[] {
  const directory = resolve(from)
  const parent = dirname(directory)
  return parent === directory ? [directory] : [directory, ...upwards(parent)]
}

function configsIn(directory: string): string[] {
  return extensions
    .map((extension) => `glibc-matrix.config.${extension}`)
    .filter((name) => existsSync(join(directory, name)))
}

function ambiguous(directory: string, files: readonly string[]): GlibcMatrixError {
  return new GlibcMatrixError(
    'CONFIG_INVALID',
    `${directory} holds ${files.length} configs: ${files.join(', ')}.`,
    'Keep one of them, or name the one to use.',
    { directory, files },
  )
}
