import { progressReporter, type ResolvedConfig, resolveSysroot, type Sysroot } from '@glibc-matrix/core/store'
import type { AskedSysroot } from './request.js'

/** The sysroot, installed with progress on stderr when it isn't there. */
export async function installed(
  { name, spec, packages, with: lender }: AskedSysroot,
  config: ResolvedConfig,
): Promise<Sysroot> {
  const { mirrors, keyring, allowUnsigned } = config
  const sources = { mirrors, keyring: keyring ?? undefined, allowUnsigned }
  const lock = isConfigured(spec, config) ? config.lock : null
  const request = { name: name ?? undefined, spec, packages, with: lender, ...sources, lock }
  const reporter = progressReporter()
  try {
    return await resolveSysroot(request, { install: true, onProgress: reporter.onProgress })
  } finally {
    reporter.end()
  }
}

/** The lock file speaks of the config's sysroots alone: what else is named on the command line is nobody's to pin. */
export function isConfigured(spec: string, config: ResolvedConfig): boolean {
  return config.sysroots.some((entry) => entry.spec === spec)
}
