import {
  columnRequests,
  compareSysroots,
  isGlibcMatrixError,
  type PinnedChange,
  pinSysroots,
  progressReporter,
  type ResolvedConfig,
  resolveSysroot,
  type Sysroot,
} from '@glibc-matrix/core/store'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { updateFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { print, printJson } from '../output/print.js'
import { describeChange } from '../sysroots/describe-change.js'
import { isConfigured } from '../sysroots/install.js'
import { type AskedSysroot, sysrootNamed } from '../sysroots/request.js'

/** Moves sysroots, and what the lock file pins of them, to what there is today. */
export async function run({ words, options }: Input<typeof updateFlags>): Promise<number> {
  const config = await configWith(options)
  const asked = words.length === 0 ? null : await Promise.all(words.map((word) => sysrootNamed(word, config)))
  if (asked === null && config.sysroots.length === 0)
    throw usageError(usages.update, 'no S, and no config with sysroots')
  const reporter = progressReporter()
  const fresh = { install: true, fresh: true, onProgress: reporter.onProgress }
  try {
    const pinned = isPinned(asked, config)
    const requests = requestsOf(asked, config)
    const changes =
      pinned === null
        ? await moved(requests, fresh)
        : (await pinSysroots(requests, pinned, { ...fresh, all: asked === null })).changes
    reporter.end()
    if (options.json) await printJson(changes.map(jsonOf))
    else await print(changes.map(describeChange).join(''))
    return 0
  } finally {
    reporter.end()
  }
}

type Request = ReturnType<typeof columnRequests>[number]

/** The lock file that is to be moved; null when what is named is none of the config's, or a lock file isn't used. */
function isPinned(asked: readonly AskedSysroot[] | null, { lock, ...config }: ResolvedConfig): ResolvedConfig['lock'] {
  if (lock === null) return null
  const isOurs =
    asked === null || (lock.sysroots !== null && asked.every(({ spec }) => isConfigured(spec, { lock, ...config })))
  return isOurs ? { ...lock, frozen: false } : null
}

function requestsOf(asked: readonly AskedSysroot[] | null, config: ResolvedConfig): readonly Request[] {
  const chosen = asked === null ? config : { ...config, sysroots: asked, packages: [] }
  return columnRequests(chosen).filter(({ spec }) => spec !== 'host')
}

async function moved(
  requests: readonly Request[],
  options: Parameters<typeof resolveSysroot>[1],
): Promise<readonly PinnedChange[]> {
  const changes: PinnedChange[] = []
  for (const request of requests) {
    const plain = { ...request, lock: null }
    const before = await installedBefore(plain)
    const sysroot = await resolveSysroot(plain, options)
    changes.push({ name: sysroot.name, sysroot, before })
  }
  return changes
}

async function installedBefore(request: Request): Promise<Sysroot | null> {
  try {
    return await resolveSysroot(request, { install: false })
  } catch (error) {
    if (isGlibcMatrixError(error) && ['SYSROOT_MISSING', 'SYSROOT_DAMAGED'].includes(error.code)) return null
    throw error
  }
}

function jsonOf({ name, sysroot, before }: PinnedChange) {
  const { spec, digest, glibc, packages } = sysroot
  const changes = before !== null && 'path' in before ? compareSysroots(before, sysroot) : null
  return { name, spec, glibc, digest, before: before?.digest ?? null, packages, changes }
}
