import { readFileSync } from 'node:fs'
import type { InstalledPackage, SysrootSpec } from '../sysroot.js'
import { type ProjectPackage, projectPackage } from './npm/project-package.js'
import type { InstallContext, Provider } from './provider.js'

type NpmSpec = Extract<SysrootSpec, { kind: 'npm' }>

/** A scope, a name, and a version or tag, as npm takes them (npm's package-name rules; lower case alone). */
const FORM = /^npm:((?:@[a-z0-9_~][a-z0-9._~-]*\/)?[a-z0-9_~][a-z0-9._~-]*)(?:@([0-9A-Za-z][0-9A-Za-z.+-]*))?$/

/** A sysroot that `glibc-matrix pack --format npm` made: from the project's node_modules, else from npm's registry. */
export const npm: Provider<NpmSpec> = {
  kind: 'npm',
  form: 'npm:PACKAGE[@VERSION]',
  parse,
  format: (spec) => `npm:${spec.name}${spec.version === null ? '' : `@${spec.version}`}`,
  locate: (spec) => ({ key: keyOf(spec) }),
  install,
}

function parse(text: string): NpmSpec | null {
  const [, name, version = null] = FORM.exec(text) ?? []
  return name === undefined ? null : { kind: 'npm', name, version }
}

/** The lock file of a project that has the package decides the version; else it is the one that was fetched first. */
function keyOf(spec: NpmSpec): string {
  const version = inProject(spec)?.version ?? spec.version ?? 'latest'
  return `npm-${spec.name.replace(/^@/, '').replace('/', '+')}-${version}`
}

async function install(spec: NpmSpec, root: string, context: InstallContext): Promise<readonly InstalledPackage[]> {
  const own = inProject(spec)
  const [{ fetchPackage }, { unpackSysroot }] = await Promise.all([
    import('./npm/fetch-package.js'),
    import('../pack/unpack-sysroot.js'),
  ])
  const bytes = own === null ? await fetchPackage(spec, npm.format(spec), root, context) : readFileSync(own.archive)
  const { packages } = await unpackSysroot(bytes, npm.format(spec), root)
  return packages
}

function inProject({ name, version }: NpmSpec): ProjectPackage | null {
  const found = projectPackage(name, process.cwd())
  return version === null || found?.version === version ? found : null
}
