import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { GlibcMatrixError } from '../../errors.js'
import type { InstalledPackage, SysrootSpec } from '../sysroot.js'
import type { InstallContext, Provider } from './provider.js'

type SourceSpec = Extract<SysrootSpec, { kind: 'source' }>

/** A glibc that is built here, from a tarball of its sources or an unpacked tree of them. */
export const source: Provider<SourceSpec> = {
  kind: 'source',
  form: 'source:TARBALL',
  parse: (text) => (/^source:./s.test(text) ? { kind: 'source', path: text.slice('source:'.length) } : null),
  format: (spec) => `source:${spec.path}`,
  locate: (spec) => ({ key: keyOf(spec) }),
  install,
}

/** A tarball is what it holds, wherever it lies; a tree may be worked on, so it is its place and the version in it. */
function keyOf(spec: SourceSpec): string {
  const { path, isTree } = existing(spec)
  const hash = createHash('sha256')
  if (isTree) hash.update(path)
  hash.update(readFileSync(isTree ? join(path, 'version.h') : path))
  const name = basename(path).replace(/\.(?:tar|tgz|txz)(?:\..*)?$|[^A-Za-z0-9._-]/g, '')
  return `source-${name.slice(0, 40)}-${hash.digest('hex').slice(0, 16)}`
}

async function install(spec: SourceSpec, root: string, context: InstallContext): Promise<readonly InstalledPackage[]> {
  const { installSource } = await import('./source/install.js')
  return installSource({ ...existing(spec), key: keyOf(spec), sysroot: source.format(spec) }, root, context)
}

function existing(spec: SourceSpec): { path: string; isTree: boolean } {
  const path = resolve(spec.path)
  const stat = statSync(path, { throwIfNoEntry: false })
  const isTree = stat?.isDirectory() === true
  if (stat?.isFile() || (isTree && lstatSync(join(path, 'version.h'), { throwIfNoEntry: false })?.isFile())) {
    return { path: realpathSync(path), isTree }
  }
  const found = isTree ? 'is a directory without a version.h' : 'is no file and no directory'
  throw new GlibcMatrixError(
    'SYSROOT_NOT_FOUND',
    `The sources of '${source.format(spec)}' can't be had: ${path} ${found}`,
    "Name a tarball of glibc's sources (glibc-2.31.tar.xz), or the directory that one unpacks to.",
    { spec: source.format(spec), path },
  )
}
