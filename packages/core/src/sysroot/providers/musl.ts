import { resolve } from 'node:path'
import type { SysrootSpec } from '../sysroot.js'
import type { Provider } from './provider.js'

/** A musl that the user keeps: an extracted root, a prefix as its `make install` leaves it, or the loader alone. */
export const musl: Provider<Extract<SysrootSpec, { kind: 'musl' }>> = {
  kind: 'musl',
  form: 'musl:PATH',
  parse: (text) => (/^musl:./s.test(text) ? { kind: 'musl', path: text.slice('musl:'.length) } : null),
  format: (spec) => `musl:${spec.path}`,
  locate: (spec) => ({ inPlace: resolve(spec.path) }),
  install: async () => [],
}
