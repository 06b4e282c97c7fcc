import type { SuiteSpec } from '../sysroot.js'
import { DEBIAN } from './debian/distributions.js'
import { suiteProvider } from './debian/suite-provider.js'
import type { Provider } from './provider.js'

/** Debian's archive, and its mirrors. */
export const debian: Provider<SuiteSpec<'debian'>> = suiteProvider({ ...DEBIAN, kind: 'debian' })
