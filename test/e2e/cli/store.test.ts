import { chmodSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { glibcMatrix, storeIn, temporaryDirectory } from './command.js'

const directory = temporaryDirectory()
const env = storeIn(directory)
const here = { cwd: directory, env }

async function listed() {
  const { exitCode, stdout, stderr } = await glibcMatrix(['list', '--json'], here)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  return JSON.parse(stdout)
}

test('a sysroot from empty store to empty store', async () => {
  expect(await listed()).toEqual([])
  expect((await glibcMatrix(['list'], here)).stdout).toContain('glibc-matrix add')

  const added = await glibcMatrix(['add', 'debian:bullseye'], here)
  expect(added.exitCode).toBe(0)
  expect(added.stdout).toMatch(/^2\.31 {2}glibc 2\.31 {2}debian:bullseye {2}\/.*\n$/)
  // No terminal: a line for each stage, once.
  expect(added.stderr).toBe(
    ['reading the release', 'reading the package index', 'downloading packages']
      .map((stage) => `glibc-matrix: debian:bullseye: ${stage}\n`)
      .join(''),
  )
  const root = (await listed())[0].path
  expect(await listed()).toEqual([
    {
      name: '2.31',
      spec: 'debian:bullseye',
      glibc: '2.31',
      machine: expect.stringMatching(/^(x86_64|aarch64)$/),
      path: expect.stringMatching(new RegExp(`^${env.GLIBC_MATRIX_HOME}/store/trees/[0-9a-f]{32}/root$`)),
      loader: expect.stringMatching(new RegExp(`^${root}/.*ld-`)),
      libraryPath: expect.arrayContaining([expect.stringMatching(new RegExp(`^${root}/`))]),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      packages: expect.arrayContaining([expect.objectContaining({ name: 'libc6' })]),
    },
  ])

  // It is there: nothing is downloaded, and a name is kept.
  const named = await glibcMatrix(['add', 'debian:bullseye', '--name', 'old'], here)
  expect(named).toMatchObject({ exitCode: 0, stderr: '' })
  expect((await listed()).map(({ name }: { name: string }) => name)).toEqual(['old'])
  for (const word of ['old', '2.31', 'debian:bullseye']) {
    const explained = await glibcMatrix(['explain', '--json', '--sysroot', word, '/bin/true'], here)
    expect(JSON.parse(explained.stdout).sysroot).toEqual({ name: 'old', spec: 'debian:bullseye', glibc: '2.31' })
  }

  const twice = await glibcMatrix(['run', '--sysroot', 'old,debian:bullseye', '--', 'true'], here)
  expect(twice).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('COLUMN_DUPLICATE') })

  // Damage that a run would not notice is the doctor's to find.
  chmodSync(join(root, 'usr/share/doc/libc6'), 0o755)
  rmSync(join(root, 'usr/share/doc/libc6/copyright'))
  const doctor = await glibcMatrix(['doctor', '--json'], here)
  expect(doctor.exitCode).toBe(1)
  expect(JSON.parse(doctor.stdout).checks).toContainEqual({
    name: 'sysroots',
    state: 'problem',
    found: expect.stringContaining('old (debian:bullseye)'),
    hint: expect.stringContaining('glibc-matrix add debian:bullseye'),
  })

  const removed = await glibcMatrix(['remove', 'nothing', 'old'], here)
  expect(removed).toMatchObject({ exitCode: 1, stdout: 'removed old (debian:bullseye)\n' })
  expect(removed.stderr).toContain('SYSROOT_NOT_FOUND')
  expect(await listed()).toEqual([])
  for (const part of ['trees', 'index', 'scratch', 'locks']) {
    expect(readdirSync(join(env.GLIBC_MATRIX_HOME, 'store', part)), part).toEqual([])
  }
})

test('a name of the config brings its packages', async () => {
  const project = temporaryDirectory()
  const own = storeIn(project)
  const config = { sysroots: { old: { spec: 'debian:bullseye', packages: ['zlib1g'] } } }
  writeFileSync(join(project, 'glibc-matrix.config.json'), JSON.stringify(config))
  const { exitCode } = await glibcMatrix(['add', 'old'], { cwd: project, env: own })
  expect(exitCode).toBe(0)
  const { stdout } = await glibcMatrix(['list', '--json'], { cwd: project, env: own })
  const [sysroot] = JSON.parse(stdout)
  expect(sysroot.name).toBe('old')
  expect(sysroot.packages.map(({ name }: { name: string }) => name)).toContain('zlib1g')

  // Elsewhere, without that config, its version means the same files: nothing is installed beside it.
  const elsewhere = { cwd: temporaryDirectory(), env: own }
  const explained = await glibcMatrix(['explain', '--json', '--sysroot', '2.31', '/bin/true'], elsewhere)
  expect(explained).toMatchObject({ exitCode: 0, stderr: '' })
  expect(JSON.parse((await glibcMatrix(['list', '--json'], elsewhere)).stdout)).toHaveLength(1)
})
