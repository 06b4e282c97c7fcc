import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { GlibcMatrixError } from '../../errors.js'
import type { InstalledPackage, SysrootSpec } from '../sysroot.js'
import type { Control } from './debian/control.js'
import type { InstallContext, Provider } from './provider.js'

type DebSpec = Extract<SysrootSpec, { kind: 'deb' }>

interface DebFile extends Control {
  readonly path: string
  readonly bytes: Uint8Array
}

/** Packages that lie here as files: an own build, or what a mirror no longer has. Nobody signs them; the user names each one. */
export const deb: Provider<DebSpec> = {
  kind: 'deb',
  form: 'deb:FILE[,FILE…]',
  parse,
  format: (spec) => `deb:${spec.paths.join(',')}`,
  locate: (spec) => ({ key: keyOf(spec) }),
  install,
}

/** A comma can't be part of the name of a Debian package's file (Debian Policy 5.6.1, 5.6.12). */
function parse(text: string): DebSpec | null {
  const [, list] = /^deb:(.+)$/s.exec(text) ?? []
  const paths = list?.split(',').map((path) => path.trim()) ?? []
  return list === undefined || paths.includes('') ? null : { kind: 'deb', paths }
}

/** By content: a file that was built anew is another sysroot. */
function keyOf(spec: DebSpec): string {
  const digests = spec.paths.map((path) => sha256(read(path, spec))).sort()
  return `deb-${sha256(Buffer.from(digests.join('\n'))).slice(0, 16)}`
}

async function install(spec: DebSpec, root: string, context: InstallContext): Promise<readonly InstalledPackage[]> {
  const [{ readControl }, { unpackDeb }] = await Promise.all([
    import('./debian/control.js'),
    import('./debian/unpack.js'),
  ])
  const files: DebFile[] = []
  for (const path of spec.paths) {
    const bytes = read(path, spec)
    files.push({ path, bytes, ...(await readControl(bytes, path)) })
  }
  checkTogether(files, spec)
  const total = files.reduce((sum, { bytes }) => sum + bytes.length, 0)
  let done = 0
  for (const { path, bytes } of files) {
    await unpackDeb(bytes, path, root)
    done += bytes.length
    context.onProgress({ sysroot: deb.format(spec), stage: 'unpack', done, total })
  }
  return files.map(({ name, version, bytes }) => ({ name, version, sha256: sha256(bytes) }))
}

/** Two versions of one package, or two machines, would leave a mixture that no dpkg would install. */
function checkTogether(files: readonly DebFile[], spec: DebSpec): void {
  const twice = files.find(({ name }, index) => files.findIndex((other) => other.name === name) !== index)
  if (twice !== undefined) {
    const versions = files.filter(({ name }) => name === twice.name).map(({ version }) => version)
    throw refused(spec, `package ${twice.name} is there ${versions.length} times (${versions.join(', ')})`)
  }
  const architectures = new Set(files.map(({ architecture }) => architecture).filter((name) => name !== 'all'))
  if (architectures.size > 1) throw refused(spec, `the packages are of ${[...architectures].sort().join(' and ')}`)
}

function refused(spec: DebSpec, found: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'SYSROOT_INVALID',
    `The packages of '${deb.format(spec)}' make no sysroot: ${found}`,
    'Name each package once, all of one architecture.',
    { spec: deb.format(spec) },
  )
}

function read(path: string, spec: DebSpec): Uint8Array {
  try {
    return readFileSync(resolve(path))
  } catch (cause) {
    throw new GlibcMatrixError(
      'SYSROOT_NOT_FOUND',
      `The file ${path} of '${deb.format(spec)}' can't be read: ${(cause as NodeJS.ErrnoException).code}`,
      'Name .deb files, separated by commas, such as those of `apt-get download libc6`.',
      { spec: deb.format(spec), path },
      cause,
    )
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
