import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { glob } from 'tinyglobby'
import type { TestProjectConfiguration, TestProjectInlineConfiguration } from 'vitest/config'

/**
 * The user's projects as inline ones, each with a name. A path or glob becomes a project that extends the config file it
 * names, or that the directory it names holds.
 */
export async function readUserProjects(
  projects: readonly TestProjectConfiguration[],
  root: string,
): Promise<TestProjectInlineConfiguration[]> {
  const inline = await Promise.all(projects.filter((project) => typeof project !== 'string').map(evaluate))
  const patterns = projects.filter((project) => typeof project === 'string')
  const named = inline.map((project, index) => ({
    ...project,
    test: { ...project.test, name: project.test?.name ?? String(index) },
  }))
  return [...named, ...(await findPlaces(patterns, root)).map((path) => projectAt(path, root))]
}

async function evaluate(project: Exclude<TestProjectConfiguration, string>): Promise<TestProjectInlineConfiguration> {
  return typeof project === 'function' ? project({ command: 'serve', mode: 'test' }) : project
}

async function findPlaces(patterns: readonly string[], root: string): Promise<string[]> {
  const here = patterns.map((pattern) => pattern.replace('<rootDir>', root))
  const plain = here.filter((pattern) => existsSync(resolve(root, pattern)))
  const globs = here.filter((pattern) => !plain.includes(pattern))
  const options = { absolute: true, cwd: root, dot: true, onlyFiles: false, expandDirectories: false }
  const found = globs.length === 0 ? [] : await glob(globs, { ...options, ignore: ['**/node_modules/**'] })
  return [...new Set([...plain.map((path) => resolve(root, path)), ...found.map((path) => resolve(path))])].sort()
}

function projectAt(path: string, root: string): TestProjectInlineConfiguration {
  const isDirectory = statSync(path).isDirectory()
  const directory = isDirectory ? path : dirname(path)
  const config = isDirectory ? configIn(path) : path
  const test = { name: nameOf(directory) }
  if (config === null) return { root: directory, test }
  return directory === root ? { extends: true, test } : { extends: config, root: directory, test }
}

const configNames = ['vitest.config', 'vite.config'].flatMap((name) =>
  ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'].map((extension) => `${name}.${extension}`),
)

function configIn(directory: string): string | null {
  const name = configNames.find((name) => existsSync(join(directory, name)))
  return name === undefined ? null : join(directory, name)
}

function nameOf(directory: string): string {
  const manifest = join(directory, 'package.json')
  const name = existsSync(manifest)
    ? (JSON.parse(readFileSync(manifest, 'utf8')) as { name?: unknown }).name
    : undefined
  return typeof name === 'string' && name !== '' ? name : basename(directory)
}
