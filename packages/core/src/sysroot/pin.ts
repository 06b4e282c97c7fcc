import { formatLockFile, type LockedSysroot, type LockedTree, type LockFile, lockedIn } from '../config/lock-file.js'
import { portableSpec } from '../config/spec-paths.js'
import { isSuiteSpec } from '../config/suite-spec.js'
import { GlibcMatrixError } from '../errors.js'
import { writeWhole } from './durable.js'
import { keepLock } from './kept-locks.js'
import { openTree } from './open-stored.js'
import { architectureOf, lenderOf, type ResolveOptions, resolveSysroot, type SysrootRequest } from './resolve.js'
import { formatSpec, parseSpec } from './spec.js'
import type { Sysroot } from './sysroot.js'

/** One sysroot of the config as the lock file has it now. */
export interface PinnedChange {
  /** Its column's name, or its spec. */
  readonly name: string
  readonly sysroot: Sysroot
  /** What was pinned before: null for nothing, the lock file's own words for what is not in this store. */
  readonly before: Sysroot | LockedTree | null
}

export interface PinOptions extends ResolveOptions {
  /** Requests that the lock file knows and that are not among these are forgotten. */
  readonly all: boolean
}

/**
 * Installs the sysroots of a config, each as the lock file pins it or, with `fresh` or where it doesn't, as it is to be had; then
 * writes the lock file, unless it is frozen.
 *
 * @throws GlibcMatrixError LOCK_OUTDATED, LOCK_MISMATCH, PIN_GONE, STORE_NOT_WRITABLE, and what an install throws.
 */
export async function pinSysroots(
  requests: readonly SysrootRequest[],
  lock: LockFile,
  options: PinOptions,
): Promise<{ readonly changes: readonly PinnedChange[]; readonly lock: LockFile }> {
  const changes: PinnedChange[] = []
  const entries: Record<string, LockedSysroot> = options.all ? {} : { ...lock.sysroots }
  for (const { name, request } of requests.flatMap(partsOf)) {
    const before = pinnedBefore(request, lock, options)
    const sysroot = await resolved({ ...request, lock }, options)
    changes.push({ name, sysroot, before })
    entries[name] = entryOf(request, sysroot, lock)
  }
  if (!lock.frozen) writeLock(lock, formatLockFile(entries, lock), options)
  return { changes, lock: { ...lock, sysroots: entries } }
}

/** A sysroot and the one that lends to it are pinned each by itself; what is used in place isn't. */
function partsOf(request: SysrootRequest): readonly { readonly name: string; readonly request: SysrootRequest }[] {
  const name = request.name ?? request.spec
  const lender = request.with ? [{ name: `${name} with`, request: lenderOf(request, request.with) }] : []
  const parts = [{ name, request }, ...lender].map((part) => ({
    ...part,
    request: { ...part.request, with: undefined },
  }))
  return parts.filter(({ request: { spec } }) => spec !== 'host' && !spec.startsWith('dir:'))
}

/** A store of the first format doesn't know where its packages lay, which others need to know. */
async function resolved(request: SysrootRequest, options: PinOptions): Promise<Sysroot> {
  const sysroot = await resolveSysroot(request, options)
  const isWhole = !isSuiteSpec(request.spec) || sysroot.packages.every(({ path }) => path !== undefined)
  return isWhole || options.fresh ? sysroot : resolveSysroot(request, { ...options, fresh: true })
}

function entryOf(request: SysrootRequest, sysroot: Sysroot, lock: LockFile): LockedSysroot {
  const { packages = [] } = request
  const parsed = parseSpec(request.spec, packages)
  const spec = portableSpec(formatSpec(parsed), lock.file)
  const asked = [...new Set(packages)].sort()
  const known = Object.values(lock.sysroots ?? {}).find(
    (each) => each.spec === spec && each.packages.join('\n') === asked.join('\n'),
  )
  const { glibc, digest } = sysroot
  const tree: LockedTree = { glibc, digest: parsed.kind === 'source' ? null : digest, packages: sysroot.packages }
  const machines = { ...known?.machines, [architectureOf(parsed)]: tree }
  return { spec, packages: asked, machines }
}

function pinnedBefore(request: SysrootRequest, lock: LockFile, options: PinOptions): PinnedChange['before'] {
  const { packages = [] } = request
  const spec = parseSpec(request.spec, packages)
  const tree = lockedIn(lock, formatSpec(spec), packages, architectureOf(spec))
  if (tree === null || tree.digest === null) return tree
  const arch = 'arch' in spec ? spec.arch : null
  const origin = { name: null, spec: formatSpec(spec), arch, digest: tree.digest, packages: tree.packages }
  return openTree(options.env ?? process.env, origin) ?? tree
}

function writeLock({ file }: LockFile, text: string, options: PinOptions): void {
  try {
    writeWhole(file, text)
  } catch (cause) {
    throw new GlibcMatrixError(
      'STORE_NOT_WRITABLE',
      `The lock file ${file} can't be written: ${(cause as NodeJS.ErrnoException).code}`,
      'Make its directory writable; the sysroots themselves are installed.',
      { file },
      cause,
    )
  }
  keepLock(options.env ?? process.env, file)
}
