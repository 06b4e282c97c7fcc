import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { GlibcMatrixError } from '../../errors.js'
import { fileDigest } from '../manifest.js'
import type { InstalledPackage, SysrootSpec } from '../sysroot.js'
import type { Provider } from './provider.js'

type ArchiveSpec = Extract<SysrootSpec, { kind: 'archive' }>

/** A sysroot that `glibc-matrix pack` wrote to a file: for a cache of CI, or a machine without a network. */
export const archive: Provider<ArchiveSpec> = {
  kind: 'archive',
  form: 'archive:FILE',
  parse: (text) => (/^archive:./s.test(text) ? { kind: 'archive', path: text.slice('archive:'.length) } : null),
  format: (spec) => `archive:${spec.path}`,
  locate: (spec) => ({ key: `archive-${onFile(spec, fileDigest).slice(0, 16)}` }),
  install,
}

async function install(spec: ArchiveSpec, root: string): Promise<readonly InstalledPackage[]> {
  const { unpackSysroot } = await import('../pack/unpack-sysroot.js')
  const { packages } = await unpackSysroot(
    onFile(spec, (path) => readFileSync(path)),
    archive.format(spec),
    root,
  )
  return packages
}

function onFile<T>(spec: ArchiveSpec, read: (path: string) => T): T {
  try {
    return read(resolve(spec.path))
  } catch (cause) {
    throw new GlibcMatrixError(
      'SYSROOT_NOT_FOUND',
      `The file of '${archive.format(spec)}' can't be read: ${(cause as NodeJS.ErrnoException).code}`,
      'Name a file that `glibc-matrix pack` wrote.',
      { spec: archive.format(spec) },
      cause,
    )
  }
}
