import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { resolveSysroot } from '../../packages/core/src/sysroot/resolve.js'
import { realPackages } from '../core/sysroot/debian/real-packages.js'
import { glibcMatrix, storeIn } from '../e2e/cli/command.js'
import { temporaryDirectory } from './directory.js'
import { libcsOf } from './grids.js'
import { runDemo } from './oci/demo.js'

// The demo over sysroots of one glibc that came by different ways. Images have theirs in test/full/oci, `source:` in test/source.

const suite = 'bullseye'

async function packed(file: string, ...flags: readonly string[]): Promise<string> {
  const run = await glibcMatrix(['pack', `debian:${suite}`, '--out', file, ...flags])
  expect(run, run.stderr).toMatchObject({ exitCode: 0 })
  return file
}

/** The package in a project's node_modules, as npm unpacks it. */
async function installed(project: string, tarball: string): Promise<void> {
  const modules = join(project, 'node_modules')
  mkdirSync(modules, { recursive: true })
  await execa('tar', ['-xzf', tarball, '-C', modules])
  renameSync(join(modules, 'package'), join(modules, 'glibc-bullseye'))
}

test('a sysroot of each source runs the demo as the packages of Debian do', async () => {
  const directory = temporaryDirectory('sources')
  const env = { ...storeIn(directory), GLIBC_MATRIX_ONLY: '' }
  const debs = await realPackages(suite, ['libc6', 'libgcc-s1', 'libstdc++6', 'libc-bin'])
  const files = debs.map(({ name, deb }) => {
    writeFileSync(join(directory, `${name}.deb`), deb)
    return join(directory, `${name}.deb`)
  })
  const { path } = await resolveSysroot({ spec: `debian:${suite}` }, { install: true })
  await installed(
    join(directory, 'fixtures/projects/demo'),
    await packed(join(directory, 'npm.tgz'), '--format', 'npm', '--as', 'glibc-bullseye@1.0.0'),
  )
  const sysroots = {
    debian: `debian:${suite}`,
    deb: `deb:${files.join(',')}`,
    archive: `archive:${await packed(join(directory, 'sysroot.tar.gz'))}`,
    npm: 'npm:glibc-bullseye',
    dir: `dir:${path}`,
  }
  const grid = await runDemo(directory, sysroots, env)

  expect(grid.columns.map(({ name }) => name)).toEqual(['host', ...Object.keys(sysroots)])
  const states = (column: string) => grid.rows.map(({ test, cells }) => `${test}: ${cells[column]?.state}`)
  expect(states('debian')).toEqual(expect.arrayContaining(['dprint: pass', 'uses-strlcpy: incompatible']))
  const libcs = libcsOf(grid)
  for (const [name, spec] of Object.entries(sysroots)) {
    expect(states(name)).toEqual(states('debian'))
    if (name === 'npm') continue
    const { libc } = await resolveSysroot({ spec }, { install: false, env })
    expect(libcs[name]).toEqual([libc.path])
  }
  expect(libcs.npm).toEqual(libcs.archive)
})
