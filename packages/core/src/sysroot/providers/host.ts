import type { SysrootSpec } from '../sysroot.js'
import type { Provider } from './provider.js'

/** The machine's own glibc: always there, always the reference. */
export const host: Provider<Extract<SysrootSpec, { kind: 'host' }>> = {
  kind: 'host',
  form: 'host',
  parse: (text) => (text === 'host' ? { kind: 'host' } : null),
  format: () => 'host',
  locate: () => ({ inPlace: '/' }),
  install: async () => [],
}
