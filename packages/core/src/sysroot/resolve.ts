import { mkdirSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { isSuiteSpec } from '../config/suite-spec.js'
import { GlibcMatrixError, isGlibcMatrixError } from '../errors.js'
import { withCompanions } from './companions.js'
import { describeRoot } from './describe.js'
import { installContext } from './install-context.js'
import { withLock } from './lock.js'
import type { Progress } from './providers/provider.js'
import { providerOf } from './providers/table.js'
import { formatSpec, parseSpec } from './spec.js'
import {
  commitScratch,
  deleteStored,
  type Environment,
  makeScratch,
  readStored,
  storeDirectory,
  storedKeys,
  sweepScratch,
  writeStored,
} from './store.js'
import { storeFailure } from './store-failure.js'
import type { Sysroot, SysrootSpec } from './sysroot.js'
import { fileDigest, treeDigest } from './tree-digest.js'

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
}

export interface ResolveOptions {
  /** False: a sysroot that isn't there is SYSROOT_MISSING, and nothing is downloaded. */
  readonly install: boolean
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly env?: Environment | undefined
}

/** Answers the sysroot of a request: verified and described when it is there, installed first when it may be. */
export async function resolveSysroot(request: SysrootRequest, options: ResolveOptions): Promise<Sysroot> {
  const sysroot = await resolveAlone(request, options)
  if (!request.with) return sysroot
  const packages = isSuiteSpec(request.spec) ? [] : request.packages
  const lender = await resolveAlone({ ...request, name: null, spec: request.with, packages }, options)
  return withCompanions(sysroot, lender, options.env ?? process.env)
}

async function resolveAlone(request: SysrootRequest, options: ResolveOptions): Promise<Sysroot> {
  const env = options.env ?? process.env
  const spec = parseSpec(request.spec, request.packages)
  const location = providerOf(spec).locate(spec)
  if ('inPlace' in location) {
    return describeRoot({ name: nameOf(request, spec), spec: formatSpec(spec), root: location.inPlace })
  }
  const installed = openStored(env, location.key, request.name)
  if (installed !== null) return installed
  if (!options.install) throw missing(spec, env)
  return withLock(env, location.key, async () => {
    const byAnother = openStored(env, location.key, request.name)
    return byAnother ?? installInto(env, location.key, spec, request, options)
  }).catch((error) => {
    throw storeFailure(error, storeDirectory(env))
  })
}

/** Every installed sysroot, in the order of their keys; damaged ones are left out, since `add` installs them anew. */
export function listSysroots(env: Environment = process.env): readonly Sysroot[] {
  return storedKeys(env).flatMap((key) => openStored(env, key, undefined) ?? [])
}

/** Removes the installed sysroots of that name or spec, damaged ones too, and names them; SYSROOT_NOT_FOUND when there is none. */
export async function removeSysroot(
  nameOrSpec: string,
  env: Environment = process.env,
): Promise<readonly Pick<Sysroot, 'name' | 'spec'>[]> {
  const chosen = storedKeys(env).flatMap((key) => {
    const stored = readStored(env, key)
    return stored !== null && [stored.name, stored.spec].includes(nameOrSpec) ? [{ key, stored }] : []
  })
  if (chosen.length === 0) throw notInstalled(nameOrSpec, env)
  for (const { key } of chosen) {
    await withLock(env, key, async () => deleteStored(env, key)).catch((error) => {
      throw storeFailure(error, storeDirectory(env))
    })
  }
  return chosen.map(({ stored: { name, spec } }) => ({ name, spec }))
}

/** Describes an installed sysroot by its files as they are now; null when it is not there or not as it was installed. */
function openStored(env: Environment, key: string, name: string | null | undefined): Sysroot | null {
  const stored = readStored(env, key)
  if (stored === null) return null
  const { spec, arch, digest, packages } = stored
  const root = join(storeDirectory(env), key, 'root')
  try {
    const sysroot = describeRoot({ name: name ?? stored.name, spec, root, arch, digest, packages })
    const intact =
      fileDigest(sysroot.loader) === stored.loaderSha256 && fileDigest(sysroot.libc.path) === stored.libcSha256
    return intact ? sysroot : null
  } catch (error) {
    if (isGlibcMatrixError(error)) return null
    throw error
  }
}

async function installInto(
  env: Environment,
  key: string,
  spec: SysrootSpec,
  request: SysrootRequest,
  options: ResolveOptions,
): Promise<Sysroot> {
  sweepScratch(env, key)
  const scratch = makeScratch(env, key)
  try {
    const root = join(realpathSync(scratch), 'root')
    mkdirSync(root)
    const packages = await providerOf(spec).install(spec, root, installContext(request, options, env))
    const digest = treeDigest(root)
    const arch = 'arch' in spec ? spec.arch : null
    const described = { name: nameOf(request, spec), spec: formatSpec(spec), root, arch, digest, packages }
    writeStored(scratch, describeRoot(described), arch)
    commitScratch(env, key, scratch)
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true })
    throw error
  }
  return openStored(env, key, request.name) as Sysroot
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

function notInstalled(nameOrSpec: string, env: Environment): GlibcMatrixError {
  const installed = listSysroots(env).map((sysroot) => `${sysroot.name} (${sysroot.spec})`)
  return new GlibcMatrixError(
    'SYSROOT_NOT_FOUND',
    `No installed sysroot is named '${nameOrSpec}'; installed: ${installed.join(', ') || 'none'}`,
    'Run: glibc-matrix list',
    { nameOrSpec, installed },
  )
}
