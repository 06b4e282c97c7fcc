import { createHash } from 'node:crypto'
import { resolve } from 'node:path'
import { machineArchitecture } from '../architecture.js'
import type { SysrootSpec } from '../sysroot.js'
import { splitArchitecture, withArchitecture } from './oci/architecture-suffix.js'
import { isDigest, isTag } from './oci/reference.js'
import type { Provider } from './provider.js'

type LayoutSpec = Extract<SysrootSpec, { kind: 'oci-layout' }>

/** The glibc of an image in a directory, as `skopeo copy SOURCE oci:DIR:TAG` makes it. */
export const ociLayout: Provider<LayoutSpec> = {
  kind: 'oci-layout',
  form: 'oci-layout:DIR[:TAG][#ARCH]',
  parse,
  format: (spec) => withArchitecture(`oci-layout:${spec.path}${suffixOf(spec)}`, spec.arch),
  locate: (spec) => ({ key: keyOf(spec) }),
  install: async (spec, root, context) => {
    const [{ installImage }, { openLayout }] = await Promise.all([
      import('./oci/install.js'),
      import('./oci/layout-directory.js'),
    ])
    const source = openLayout(resolve(spec.path), spec.reference)
    return installImage(source, spec.arch ?? machineArchitecture(), root, context)
  },
}

/** What stands after the last slash and a colon is a tag, after an @ a digest, as skopeo reads it. */
function parse(text: string): LayoutSpec | null {
  if (!text.startsWith('oci-layout:')) return null
  const { name, arch } = splitArchitecture(text.slice('oci-layout:'.length))
  const [, path = '', tag = null, digest = null] = /^(.+?)(?::([^/:@]+)|@([^/@]+))?$/s.exec(name) ?? []
  const wellFormed = path !== '' && (tag === null || isTag(tag)) && (digest === null || isDigest(digest))
  if (!wellFormed || arch === undefined) return null
  return { kind: 'oci-layout', path, reference: tag ?? digest, arch }
}

function suffixOf({ reference }: LayoutSpec): string {
  if (reference === null) return ''
  return isDigest(reference) ? `@${reference}` : `:${reference}`
}

function keyOf(spec: LayoutSpec): string {
  const hash = createHash('sha256')
    .update(`${resolve(spec.path)}\n${spec.reference ?? ''}`)
    .digest('hex')
  return `oci-layout-${spec.arch ?? machineArchitecture()}-${hash.slice(0, 8)}`
}
