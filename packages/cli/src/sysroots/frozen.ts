import { GlibcMatrixError, type ResolvedConfig } from '@glibc-matrix/core/store'
import { isConfigured } from './install.js'
import type { AskedSysroot } from './request.js'

/** The config whose lock file alone says what may be installed. */
export function frozen(config: ResolvedConfig): ResolvedConfig {
  if (config.lock === null) throw unpinned('There is no config here, and so no lock file that pins anything')
  return { ...config, lock: { ...config.lock, frozen: true } }
}

/** @throws GlibcMatrixError LOCK_OUTDATED for a sysroot that is none of the config's: no lock file speaks of it. */
export function checkPinned(asked: readonly AskedSysroot[], config: ResolvedConfig): void {
  const other = asked.find(({ spec }) => !/^(?:host$|dir:)/.test(spec) && !isConfigured(spec, config))
  if (other !== undefined) throw unpinned(`'${other.spec}' is none of the sysroots of ${config.file}: nothing pins it`)
}

function unpinned(found: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'LOCK_OUTDATED',
    `${found}, and nothing else may be installed (--frozen)`,
    'Name it in the config, run glibc-matrix add there, and commit the lock file; or leave --frozen out.',
    {},
  )
}
