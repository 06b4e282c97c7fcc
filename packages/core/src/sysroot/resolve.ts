import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type LockFile, lockedIn } from '../config/lock-file.js'
import { isSuiteSpec } from '../config/suite-spec.js'
import { GlibcMatrixError } from '../errors.js'
import { isGlibcVersion } from '../glibc-version.js'
import { machineArchitecture } from './architecture.js'
import { checkPins, isMadeOf, type Pinned } from './check-pins.js'
import { withCompanions } from './companions.js'
import { describeRoot } from './describe.js'
import { syncFiles } from './durable.js'
import { installContext } from './install-context.js'
import { keepLock } from './kept-locks.js'
import { withLock } from './lock.js'
import { moved } from './moved.js'
import { openStored, openTree } from './open-stored.js'
import type { Progress } from './providers/provider.js'
import { providerOf } from './providers/table.js'
import { removeTree } from './read-only.js'
import { readRecord, writeRecord } from './records.js'
import { formatSpec, parseSpec } from './spec.js'
import { type Environment, storeDirectory } from './store.js'
import { storeFailure } from './store-failure.js'
import type { InstalledPackage, Sysroot, SysrootSpec } from './sysroot.js'
import {
  commitTree,
  damaged,
  makeScratch,
  sweepScratch,
  type TreeManifest,
  treeDirectory,
  writeManifest,
} from './trees.js'
import { holding } from './uses.js'
import { treeFaults } from './verify.js'

/** A sysroot as the user asks for it. */
export interface SysrootRequest {
  /** Left out: `host`, or the version of the glibc that is found. */
  readonly name?: string | null | undefined
  readonly spec: string
  /** Debian packages beyond glibc's own and gcc's runtime; of `with` when the sysroot itself is of no suite. */
  readonly packages?: readonly string[] | undefined
  /** Spec of a sysroot that lends the libraries which this one lacks. */
  readonly with?: string | undefined
  /** Base URLs; before GLIBC_MATRIX_MIRROR and apt's configuration. */
  readonly mirrors?: readonly string[] | undefined
  /** File with the archive's keys; before GLIBC_MATRIX_KEYRING and the machine's keyrings. */
  readonly keyring?: string | null | undefined
  readonly allowUnsigned?: boolean | undefined
  /** The project's lock file: what it pins is installed exactly so. */
  readonly lock?: LockFile | null | undefined
}

export interface ResolveOptions {
  /** False: a sysroot that isn't there is SYSROOT_MISSING, and nothing is downloaded. */
  readonly install: boolean
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly env?: Environment | undefined
  /** Looks for what there is today, and lets the spec mean that from now on; lock files are not asked. */
  readonly fresh?: boolean | undefined
}

/** Answers the sysroot of a request: verified and described when it is there, installed first when it may be. */
export async function resolveSysroot(request: SysrootRequest, options: ResolveOptions): Promise<Sysroot> {
  const sysroot = await resolveAlone(request, options)
  if (!request.with) return sysroot
  const lender = await resolveAlone(lenderOf(request, request.with), options)
  return withCompanions(sysroot, lender, options.env ?? process.env)
}

/** The packages of a request are the lender's when the sysroot itself is of no suite. */
export function lenderOf(request: SysrootRequest, lender: string): SysrootRequest {
  const packages = isSuiteSpec(request.spec) ? [] : request.packages
  return { ...request, name: null, spec: lender, packages }
}

/** Debian's name of the architecture that a spec means here; `any` when its files are the same everywhere. */
export function architectureOf(spec: SysrootSpec): string {
  return 'arch' in spec ? (spec.arch ?? machineArchitecture()) : 'any'
}

async function resolveAlone(request: SysrootRequest, options: ResolveOptions): Promise<Sysroot> {
  const env = options.env ?? process.env
  const spec = parseSpec(request.spec, request.packages)
  const location = providerOf(spec).locate(spec)
  if ('inPlace' in location) {
    return describeRoot({ name: nameOf(request, spec), spec: formatSpec(spec), root: location.inPlace })
  }
  const pinned = options.fresh ? null : pinnedOf(request, spec)
  const place: Place = { env, key: location.key, spec, pinned }
  const open = () => (options.fresh ? null : openPlace(place, request.name, options.install))
  const installed = open()
  if (installed === null && !options.install) throw missing(spec, env)
  if (pinned !== null && options.install) keepLock(env, pinned.file)
  if (installed === null) {
    const install = async () => open() ?? installInto(place, request, options)
    const onWait = (holder: string) =>
      options.onProgress?.({ sysroot: formatSpec(spec), stage: 'wait', done: 0, total: null, holder })
    return withLock(env, location.key, install, onWait).catch((error) => {
      throw storeFailure(error, storeDirectory(env))
    })
  }
  return installed
}

/** A sysroot of the store, and what a lock file says of it. */
interface Place {
  readonly env: Environment
  readonly key: string
  readonly spec: SysrootSpec
  readonly pinned: Pinned | null
}

/** @throws GlibcMatrixError LOCK_OUTDATED when nothing but what is pinned may be had, and this isn't. */
function pinnedOf({ lock, packages = [] }: SysrootRequest, spec: SysrootSpec): Pinned | null {
  if (!lock) return null
  const arch = architectureOf(spec)
  const tree = lockedIn(lock, formatSpec(spec), packages, arch)
  if (tree !== null) return { tree, file: lock.file }
  if (!lock.frozen) return null
  throw new GlibcMatrixError(
    'LOCK_OUTDATED',
    `${lock.file} ${lock.sysroots === null ? 'does not exist' : `does not pin '${formatSpec(spec)}' on ${arch}`}${packages.length > 0 ? ` with ${packages.join(', ')}` : ''}, and nothing else may be installed (--frozen, or CI is set)`,
    'Run glibc-matrix add without --frozen where CI is not set, and commit the lock file.',
    { file: lock.file, spec: formatSpec(spec), packages, arch },
  )
}

/** `mayInstall`: a pinned tree is not answered before an install has seen that the pinned packages make it. */
function openPlace(place: Place, name: string | null | undefined, mayInstall = false): Sysroot | null {
  const { env, key, spec, pinned } = place
  if (pinned === null) return openStored(env, key, name)
  const { digest, packages } = pinned.tree
  const origin = originOf(spec, packages)
  const wanted = (manifest: TreeManifest) => !mayInstall || hasMade(place, manifest)
  const found =
    digest === null ? openStored(env, key, name) : openTree(env, { ...origin, name: name ?? null, digest }, wanted)
  if (found !== null) checkPins(pinned, found)
  return found
}

/** Who merges a lock file by hand may leave the packages of one release beside the digest of another. */
function hasMade({ env, key, spec, pinned }: Place, manifest: TreeManifest): boolean {
  if (pinned === null || !isSuiteSpec(formatSpec(spec)) || isMadeOf(pinned.tree, manifest.packages)) return true
  const record = readRecord(env, key)
  return record?.digest === manifest.digest && isMadeOf(pinned.tree, record.packages)
}

async function installInto(place: Place, request: SysrootRequest, options: ResolveOptions): Promise<Sysroot> {
  const { env, key, spec, pinned } = place
  sweepScratch(env, key)
  const scratch = makeScratch(env, key)
  try {
    const root = join(realpathSync(scratch), 'root')
    mkdirSync(root, { mode: 0o775 })
    const context = installContext(request, options, env)
    const packages = await providerOf(spec).install(spec, root, context, pinned?.tree.packages ?? null)
    const origin = originOf(spec, packages)
    const { digest, unsynced } = writeManifest(scratch, origin, context.hashed)
    const found = describeRoot({ name: null, root, ...origin, digest })
    const { glibc } = found
    if (pinned !== null) checkPins(pinned, { spec: origin.spec, glibc, digest, packages })
    await syncFiles(unsynced)
    return await holding(basename(treeDirectory(env, digest)), env, () => {
      const isNew = commitTree(env, scratch, digest)
      if (!isNew) checkTree(env, digest)
      const name = request.name ?? givenName(env, key) ?? glibc
      if (pinned === null || !meansAnother(env, key, digest)) writeRecord(env, key, { ...origin, name, digest })
      // What was built here may be there already with another digest, and counts then.
      if (!isNew || pinned?.tree.digest === null) return openPlace(place, request.name) as Sysroot
      const named = { ...found, name: pinned === null ? name : (request.name ?? glibc) }
      return moved(named, realpathSync(join(treeDirectory(env, digest), 'root')))
    })
  } catch (error) {
    removeTree(scratch)
    throw error
  }
}

/** What another spec installed is taken as it is, if it still is what it was. */
function checkTree(env: Environment, digest: string): void {
  const [fault] = treeFaults(env, digest)
  if (fault !== undefined) throw damaged(treeDirectory(env, digest), `${fault.path} (${fault.what}: ${fault.detail})`)
}

function originOf(spec: SysrootSpec, packages: readonly InstalledPackage[]) {
  return { spec: formatSpec(spec), arch: 'arch' in spec ? spec.arch : null, packages }
}

/** The name that `add --name` gave; one that is a version is that of the tree, and goes with it. */
function givenName(env: Environment, key: string): string | null {
  const name = readRecord(env, key)?.name ?? null
  return name !== null && isGlibcVersion(name) ? null : name
}

/** What a spec means here isn't changed for a lock file. */
function meansAnother(env: Environment, key: string, digest: string): boolean {
  const record = readRecord(env, key)
  return record !== null && record.digest !== digest && existsSync(treeDirectory(env, record.digest))
}

function nameOf(request: SysrootRequest, spec: SysrootSpec): string | null {
  return request.name ?? (spec.kind === 'host' ? 'host' : null)
}

function missing(spec: SysrootSpec, env: Environment): GlibcMatrixError {
  const text = formatSpec(spec)
  return new GlibcMatrixError(
    'SYSROOT_MISSING',
    `Sysroot '${text}' is not installed in ${storeDirectory(env)}`,
    `Run: glibc-matrix add ${text}`,
    { spec: text },
  )
}
