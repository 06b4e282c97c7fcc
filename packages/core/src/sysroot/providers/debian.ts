import { createHash } from 'node:crypto'
import { machineArchitecture } from '../architecture.js'
import { LAYOUTS } from '../layouts.js'
import type { InstalledPackage, SysrootSpec } from '../sysroot.js'
import { findArchive } from './debian/archive.js'
import { downloadPackage } from './debian/download.js'
import { fetchRelease } from './debian/release.js'
import { selectPackages } from './debian/select.js'
import { unpackDeb } from './debian/unpack.js'
import type { InstallContext, Provider } from './provider.js'

type DebianSpec = Extract<SysrootSpec, { kind: 'debian' }>

/** What every Debian sysroot holds: glibc with its tools, and the two libraries of gcc that nearly every program needs. */
const BASE_PACKAGES = ['libc6', 'libgcc-s1', 'libstdc++6', 'libc-bin']

/** A glibc from a Debian archive: the packages are unpacked, never installed. */
export const debian: Provider<DebianSpec> = {
  kind: 'debian',
  form: 'debian:SUITE[/ARCH]',
  parse,
  format: (spec) => `debian:${spec.suite}${spec.arch === null ? '' : `/${spec.arch}`}`,
  locate: (spec) => ({ key: keyOf(spec) }),
  install,
}

function parse(text: string, packages: readonly string[]): DebianSpec | null {
  const match = /^debian:([a-z][a-z0-9.-]*)(?:\/([a-z0-9]+))?$/.exec(text)
  if (match === null) return null
  const [, suite = '', arch = null] = match
  if (arch !== null && !LAYOUTS.some((row) => row.debian === arch)) return null
  return { kind: 'debian', suite, arch, packages: [...new Set(packages)].sort() }
}

function keyOf(spec: DebianSpec): string {
  const arch = spec.arch ?? machineArchitecture()
  const hash = createHash('sha256').update(packagesOf(spec).join('\n')).digest('hex')
  return `debian-${spec.suite}-${arch}-${hash.slice(0, 8)}`
}

function packagesOf(spec: DebianSpec): readonly string[] {
  return [...new Set([...BASE_PACKAGES, ...spec.packages])]
}

async function install(spec: DebianSpec, root: string, context: InstallContext): Promise<readonly InstalledPackage[]> {
  const arch = spec.arch ?? machineArchitecture()
  const sysroot = debian.format(spec)
  const archive = findArchive(context)
  const release = await fetchRelease(archive, spec.suite, sysroot, context)
  const packages = await selectPackages(release, archive, packagesOf(spec), arch, sysroot, context)
  for (const chosen of packages) {
    const deb = await downloadPackage(chosen, packages, sysroot, context)
    await unpackDeb(deb, chosen.url, root)
  }
  return packages.map(({ name, version, sha256 }) => ({ name, version, sha256 }))
}
