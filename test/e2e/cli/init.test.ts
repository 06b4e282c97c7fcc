import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@glibc-matrix/core'
import { expect, test } from 'vitest'
import { glibcMatrix, temporaryDirectory } from './command.js'

function projectWith(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory()
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}

const needs = (...names: string[]) =>
  JSON.stringify({ devDependencies: Object.fromEntries(names.map((name) => [name, '*'])) })

test.each([
  ['glibc-matrix.config.mjs', needs('vitest')],
  ['glibc-matrix.config.ts', needs('vitest', 'typescript')],
])('%s is a config that loads', async (name, manifest) => {
  const directory = projectWith({ 'package.json': manifest })
  const { exitCode, stdout } = await glibcMatrix(['init'], { cwd: directory })
  expect(exitCode).toBe(0)
  expect(stdout).toContain(`Wrote ${name}.`)
  const config = await loadConfig({ cwd: directory, env: {} })
  expect(config.file).toBe(join(directory, name))
  expect(config.sysroots.map(({ spec }) => spec)).toEqual(['debian:bullseye', 'debian:bookworm', 'debian:trixie'])
})

test('an existing config is never overwritten', async () => {
  const directory = projectWith({ 'glibc-matrix.config.json': '{}' })
  const { exitCode, stdout, stderr } = await glibcMatrix(['init'], { cwd: directory })
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  expect(stderr).toContain('CONFIG_EXISTS')
  expect(readFileSync(join(directory, 'glibc-matrix.config.json'), 'utf8')).toBe('{}')
})

const configs: readonly (readonly [file: string, text: string, lines: readonly string[]])[] = [
  [
    'vitest.config.ts',
    "import { defineConfig } from 'vitest/config'\nexport default defineConfig({})\n",
    [
      "  + import { withGlibcMatrix } from 'vitest-environment-glibc/config'",
      '  - export default defineConfig({})',
      '  + export default withGlibcMatrix(defineConfig({}))',
    ],
  ],
  [
    'vitest.config.mjs',
    'export default defineConfig({\n  test: {},\n})\n',
    ['  + export default withGlibcMatrix(defineConfig({', '    …and one more ) where that expression ends'],
  ],
  [
    'jest.config.js',
    'const config = {}\nmodule.exports = config;\n',
    [
      "  + const { withGlibcMatrix } = require('jest-environment-glibc/config')",
      '  - module.exports = config;',
      '  + module.exports = withGlibcMatrix(config)',
    ],
  ],
  ['jest.config.json', '{}', ['In a new jest.config.mjs (the options of jest.config.json move there):']],
]

test.each(configs)('%s: the two lines to change, and the file as it was', async (file, text, lines) => {
  const runner = file.split('.')[0] as string
  const directory = projectWith({ 'package.json': needs(runner), [file]: text })
  const { stdout } = await glibcMatrix(['init'], { cwd: directory })
  expect(stdout).toContain(`npm install --save-dev ${runner}-environment-glibc\n`)
  for (const line of lines) expect(stdout.split('\n')).toContain(line)
  expect(readFileSync(join(directory, file), 'utf8')).toBe(text)
})

test('a project with neither runner is told of `run`', async () => {
  const { exitCode, stdout } = await glibcMatrix(['init'], { cwd: projectWith({ 'package.json': '{}' }) })
  expect(exitCode).toBe(0)
  expect(stdout).toContain('glibc-matrix run -- COMMAND')
})
