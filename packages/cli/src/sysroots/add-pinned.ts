import { columnRequests, pinSysroots, progressReporter, type ResolvedConfig } from '@glibc-matrix/core/store'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { print } from '../output/print.js'
import { describeAdded } from './describe-added.js'
import type { AskedSysroot } from './request.js'

/** Installs a suite that has ended by the release that the user vouches for, and pins both in the lock file. */
export async function addPinned(asked: readonly AskedSysroot[], pin: string, config: ResolvedConfig): Promise<number> {
  const { lock } = config
  const [{ spec } = { spec: '' }, ...more] = asked
  const suite = /^(?:debian|ubuntu):[^/]+/.exec(spec)?.[0]
  if (suite === undefined || more.length > 0) throw refused('--pin is for one SPEC, debian:SUITE or ubuntu:SUITE')
  const requests = columnRequests(config).filter((request) => request.spec === spec)
  if (lock === null || requests.length === 0) throw refused(`--pin is kept in a lock file, and no config names ${spec}`)
  if (lock.frozen) throw refused(`--pin changes ${lock.file}, which is frozen (--frozen, or CI is set)`)
  const [, key = '', sha256 = ''] = /^([0-9a-f]{40}|[0-9a-f]{64}):([0-9a-f]{64})$/i.exec(pin) ?? []
  if (key === '') throw refused(`--pin '${pin}' is no fingerprint of a key, a colon and a sha256`)
  const release = { key: key.toLowerCase(), sha256: sha256.toLowerCase() }
  const pinned = { ...lock, releases: { ...lock.releases, [suite]: release } }
  const reporter = progressReporter()
  const options = { install: true, onProgress: reporter.onProgress, fresh: true, all: false }
  const { changes } = await pinSysroots(requests, pinned, options).finally(() => reporter.end())
  for (const { sysroot } of changes) await print(describeAdded(sysroot))
  await print(`pinned in ${lock.file}\n`)
  return 0
}

function refused(found: string): Error {
  return usageError(usages.add, found)
}
