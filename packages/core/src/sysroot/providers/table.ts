import type { SysrootSpec } from '../sysroot.js'
import { archive } from './archive.js'
import { deb } from './deb.js'
import { debian } from './debian.js'
import { dir } from './dir.js'
import { host } from './host.js'
import { musl } from './musl.js'
import { npm } from './npm.js'
import { oci } from './oci.js'
import { ociLayout } from './oci-layout.js'
import type { Provider } from './provider.js'
import { source } from './source.js'
import { ubuntu } from './ubuntu.js'

const table: { readonly [Kind in SysrootSpec['kind']]: Provider<Extract<SysrootSpec, { kind: Kind }>> } = {
  host,
  dir,
  musl,
  debian,
  ubuntu,
  deb,
  source,
  archive,
  npm,
  oci,
  'oci-layout': ociLayout,
}

/** Every source of sysroots. */
export const providers: readonly Provider[] = Object.values(table) as readonly Provider[]

/** The provider that a parsed spec belongs to. */
export function providerOf(spec: SysrootSpec): Provider {
  return table[spec.kind] as Provider
}
