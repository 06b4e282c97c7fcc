import { GlibcMatrixError } from '../errors.js'
import { LAYOUTS } from './layouts.js'
import { providerOf, providers } from './providers/table.js'
import type { SysrootSpec } from './sysroot.js'

/** Reads a spec as users write it; `packages` are those listed beside it in the config. */
export function parseSpec(text: string, packages: readonly string[] = []): SysrootSpec {
  for (const provider of providers) {
    const spec = provider.parse(text, packages)
    if (spec !== null) return spec
  }
  const forms = providers.map((provider) => provider.form)
  throw new GlibcMatrixError(
    'SPEC_UNKNOWN',
    `'${text}' names no sysroot: known forms are ${forms.join(', ')}`,
    `Write one of ${forms.join(', ')}; a Debian architecture is one of ${LAYOUTS.map((row) => row.debian).join(', ')}.`,
    { spec: text, forms },
  )
}

/** The one spelling of a spec, for messages, columns and comparison. */
export function formatSpec(spec: SysrootSpec): string {
  return providerOf(spec).format(spec)
}
