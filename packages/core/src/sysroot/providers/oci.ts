import { createHash } from 'node:crypto'
import { machineArchitecture } from '../architecture.js'
import type { SysrootSpec } from '../sysroot.js'
import { splitArchitecture, withArchitecture } from './oci/architecture-suffix.js'
import { formatReference, type ImageReference, parseReference } from './oci/reference.js'
import type { Provider } from './provider.js'

type OciSpec = Extract<SysrootSpec, { kind: 'oci' }>

/** The glibc of an image in a registry, such as those of the Red Hat family and Amazon Linux. */
export const oci: Provider<OciSpec> = {
  kind: 'oci',
  form: 'oci:REF[#ARCH]',
  parse,
  format: (spec) => withArchitecture(`oci:${spec.reference}`, spec.arch),
  locate: (spec) => ({ key: keyOf(spec) }),
  install: async (spec, root, context, pins) => {
    const [{ installImage }, { openRegistry }] = await Promise.all([
      import('./oci/install.js'),
      import('./oci/registry.js'),
    ])
    const asked = parseReference(spec.reference) as ImageReference
    // The manifest of one platform, whose digest leads to every layer.
    const digest = pins?.[0]?.version
    const source = openRegistry(digest === undefined ? asked : { ...asked, tag: null, digest }, context.env)
    return installImage(source, spec.arch ?? machineArchitecture(), root, context)
  },
}

function parse(text: string): OciSpec | null {
  if (!text.startsWith('oci:')) return null
  const { name, arch } = splitArchitecture(text.slice('oci:'.length))
  const reference = parseReference(name)
  if (reference === null || arch === undefined) return null
  return { kind: 'oci', reference: formatReference(reference), arch }
}

function keyOf(spec: OciSpec): string {
  const hash = createHash('sha256').update(spec.reference).digest('hex')
  const name = spec.reference
    .replace(/@.*/s, '')
    .replace(/^.*\//s, '')
    .replace(/[^\w.-]/g, '-')
    .slice(0, 40)
  return `oci-${name}-${spec.arch ?? machineArchitecture()}-${hash.slice(0, 8)}`
}
