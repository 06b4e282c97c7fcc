import type { InstallContext } from '../provider.js'
import type { Archive } from './archive.js'

/** Where and for whom packages are looked up. */
export interface Lookup {
  readonly archive: Archive
  readonly arch: string
  /** For progress. */
  readonly sysroot: string
  readonly context: InstallContext
}
