import { existsSync } from 'node:fs'
import { GlibcMatrixError } from '../../errors.js'
import type { SysrootSpec } from '../sysroot.js'
import type { Provider } from './provider.js'

/** The machine's own glibc: always there, always the reference. */
export const host: Provider<Extract<SysrootSpec, { kind: 'host' }>> = {
  kind: 'host',
  form: 'host',
  parse: (text) => (text === 'host' ? { kind: 'host' } : null),
  format: () => 'host',
  locate() {
    if (process.platform === 'linux' && !existsSync('/proc/self/maps')) throw noProc()
    return { inPlace: '/' }
  },
  install: async () => [],
}

/** Node doesn't know its own path there, and no process could say what it mapped. */
function noProc(): GlibcMatrixError {
  return new GlibcMatrixError(
    'PLATFORM_UNSUPPORTED',
    '/proc is not mounted, or not readable: no process can say which libc it mapped',
    'Mount it (`mount -t proc proc /proc`); containers do so unless they are told not to.',
  )
}
