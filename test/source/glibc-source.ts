import { readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { findArchive } from '../../packages/core/src/sysroot/providers/debian/archive.js'
import { downloadPackage } from '../../packages/core/src/sysroot/providers/debian/download.js'
import { selectPackages } from '../../packages/core/src/sysroot/providers/debian/select.js'
import { unpackDeb } from '../../packages/core/src/sysroot/providers/debian/unpack.js'
import { temporaryDirectory } from '../full/directory.js'

/** The tarball of Debian's package glibc-source: signature and checksums verified on the way. */
export async function glibcSource(suite: string): Promise<string> {
  const context = {
    mirrors: [],
    keyring: null,
    allowUnsigned: false,
    env: process.env,
    machineRoot: '/',
    now: new Date(),
    onProgress: () => {},
  }
  const archive = findArchive(context)
  const lookup = { archive, arch: 'amd64', sysroot: suite, context }
  const packages = await selectPackages(suite, ['libc6', 'glibc-source'], lookup)
  const chosen = packages.find(({ name }) => name === 'glibc-source')
  if (chosen === undefined) throw new Error('no glibc-source')
  const root = realpathSync(temporaryDirectory('glibc-source'))
  await unpackDeb(await downloadPackage(chosen, packages, suite, context), chosen.url, root)
  const directory = join(root, 'usr/src/glibc')
  return join(directory, readdirSync(directory).find((name) => /^glibc-.*\.tar\./.test(name)) as string)
}
