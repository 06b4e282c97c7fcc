import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findArchive } from '../../../../packages/core/src/sysroot/providers/debian/archive.js'
import { downloadPackage } from '../../../../packages/core/src/sysroot/providers/debian/download.js'
import { selectPackages } from '../../../../packages/core/src/sysroot/providers/debian/select.js'
import { arch, type Package } from './fake-archive.js'
import { context, temporary } from './machine.js'

/** Packages of Debian's own archive, as the machine's apt knows it. */
export async function realPackages(suite: string, names: readonly string[]): Promise<readonly Package[]> {
  const home = { ...process.env, GLIBC_MATRIX_HOME: temporary() }
  const here = context('/', { env: home })
  const lookup = { archive: findArchive(here), arch, sysroot: suite, context: here }
  const chosen = await selectPackages(suite, names, lookup)
  const packages: Package[] = []
  for (const each of chosen) {
    const deb = await downloadPackage(each, chosen, suite, here)
    packages.push({ name: each.name, version: each.version, deb })
  }
  return packages
}

/** The same package with both its members compressed by zstd, as Ubuntu's are. */
export function asZstd(deb: Uint8Array): Uint8Array {
  const directory = temporary()
  writeFileSync(join(directory, 'in.deb'), deb)
  const run = (...args: string[]) => execFileSync('dpkg-deb', args, { cwd: directory, stdio: 'pipe' })
  run('-R', 'in.deb', 'tree')
  run('--root-owner-group', '--uniform-compression', '-Zzstd', '-z3', '-b', 'tree', 'out.deb')
  return readFileSync(join(directory, 'out.deb'))
}
