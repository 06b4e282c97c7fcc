import {
  columnRequests,
  GlibcMatrixError,
  pinSysroots,
  progressReporter,
  type ResolvedConfig,
  renameSysroot,
  resolveSysroot,
} from '@glibc-matrix/core/store'
import { print } from '../output/print.js'
import { describeAdded } from './describe-added.js'

/** Installs every sysroot of the config, and pins what was found; frozen, only what is pinned already. */
export async function addConfigured(config: ResolvedConfig): Promise<number> {
  const { lock } = config
  const requests = columnRequests(config).filter(({ spec }) => spec !== 'host')
  if (lock === null || requests.length === 0) throw nothingToAdd(config)
  const reporter = progressReporter()
  const options = { install: true, onProgress: reporter.onProgress }
  try {
    const pinned = await pinSysroots(requests, lock, { ...options, all: true })
    for (const request of requests) {
      const sysroot = await resolveSysroot({ ...request, lock: pinned.lock }, options)
      if (request.name !== null) await renameSysroot(sysroot, request.name)
      reporter.end()
      await print(describeAdded(sysroot))
    }
  } finally {
    reporter.end()
  }
  if (!lock.frozen) await print(`pinned in ${lock.file}\n`)
  return 0
}

function nothingToAdd({ file }: ResolvedConfig): GlibcMatrixError {
  return new GlibcMatrixError(
    'USAGE',
    `add: no SPEC, and ${file === null ? 'no config' : `${file} names no sysroot`}`,
    'Name one, such as debian:bookworm, or run glibc-matrix init.',
    { file },
  )
}
