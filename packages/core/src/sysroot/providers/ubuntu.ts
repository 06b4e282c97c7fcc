import type { SuiteSpec } from '../sysroot.js'
import { UBUNTU } from './debian/distributions.js'
import { suiteProvider } from './debian/suite-provider.js'
import type { Provider } from './provider.js'

/** Ubuntu's archive: Debian's format, with packages of zstd, keys and pockets of its own. */
export const ubuntu: Provider<SuiteSpec<'ubuntu'>> = suiteProvider({ ...UBUNTU, kind: 'ubuntu' })
