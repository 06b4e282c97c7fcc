import { resolve } from 'node:path'
import type { SysrootSpec } from '../sysroot.js'
import type { Provider } from './provider.js'

/** A directory that the user keeps: an extracted root, or a prefix as glibc's `make install` leaves it. */
export const dir: Provider<Extract<SysrootSpec, { kind: 'dir' }>> = {
  kind: 'dir',
  form: 'dir:PATH',
  parse: (text) => (/^dir:./s.test(text) ? { kind: 'dir', path: text.slice('dir:'.length) } : null),
  format: (spec) => `dir:${spec.path}`,
  locate: (spec) => ({ inPlace: resolve(spec.path) }),
  install: async () => [],
}
