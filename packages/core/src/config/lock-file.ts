import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { GlibcMatrixError } from '../errors.js'
import { refuseNewerFormat } from '../newer-format.js'
import { FORMAT, lockSchema } from './lock-schema.js'
import { portableSpec } from './spec-paths.js'

/** A package as a lock file pins it. */
export interface LockedPackage {
  readonly name: string
  readonly version: string
  readonly sha256: string
  readonly size?: number | undefined
  readonly path?: string | undefined
}

/** What one sysroot is on one machine architecture. */
export interface LockedTree {
  readonly glibc: string
  /** Of all its files; null for one that is built here, which differs from compiler to compiler. */
  readonly digest: string | null
  readonly packages: readonly LockedPackage[]
}

/** One sysroot of the config; paths in `spec` are relative to the lock file. */
export interface LockedSysroot {
  readonly spec: string
  /** Those that the config asks for. */
  readonly packages: readonly string[]
  /** By Debian's name of the architecture; `any` for a source that is of none. */
  readonly machines: Readonly<Record<string, LockedTree>>
}

/** A suite's InRelease whose signature counts no longer by itself: exactly this file, signed by this key. */
export interface ReleasePin {
  /** Fingerprint of the primary key, and the sha256 of the file; both in lower-case hex. */
  readonly key: string
  readonly sha256: string
}

/** `glibc-matrix.lock.json` beside a config, as it was read. */
export interface LockFile {
  readonly file: string
  /** Whether only what is pinned may be installed: so by default where CI is set. */
  readonly frozen: boolean
  /** By column name, or by spec for one without; null when there is no lock file yet. */
  readonly sysroots: Readonly<Record<string, LockedSysroot>> | null
  /** By spec without architecture: suites that have ended (`add SPEC --pin`). */
  readonly releases?: Readonly<Record<string, ReleasePin>> | undefined
  /** Where an editor finds packages/core/schema/lock-1.json, if someone wrote that into it; kept. */
  readonly $schema?: string | undefined
}

const LOCK_NAME = 'glibc-matrix.lock.json'

/**
 * Reads the lock file beside the config in `root`; one that isn't there pins nothing.
 *
 * @throws GlibcMatrixError LOCK_MALFORMED, FORMAT_TOO_NEW.
 */
export function readLockFile(root: string, env: Readonly<Record<string, string | undefined>>): LockFile {
  const file = join(root, LOCK_NAME)
  const text = textOf(file)
  if (text === null) return { file, frozen: false, sysroots: null }
  const isCi = !['', '0', 'false'].includes(env.CI ?? '')
  return { file, frozen: isCi, ...parse(text, file) }
}

/** The text of a lock file: the same for the same pins, in lines that a review can read. */
export function formatLockFile(
  sysroots: Readonly<Record<string, LockedSysroot>>,
  { $schema, releases = {} }: Pick<LockFile, '$schema' | 'releases'> = {},
): string {
  const ended = Object.keys(releases).length > 0 ? { releases: sorted(releases) } : {}
  return `${JSON.stringify({ $schema, format: FORMAT, ...ended, sysroots: sorted(sysroots) }, null, 2)}\n`
}

function sorted<Value>(values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** What a lock file pins for a sysroot; null when it doesn't know it on this architecture. */
export function lockedIn(lock: LockFile, spec: string, packages: readonly string[], arch: string): LockedTree | null {
  const wanted = portableSpec(spec, lock.file)
  const found = Object.values(lock.sysroots ?? {}).find(
    (each) => each.spec === wanted && sameNames(each.packages, packages),
  )
  return found?.machines[arch] ?? null
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  const sorted = (names: readonly string[]) => [...new Set(names)].sort().join('\n')
  return sorted(one) === sorted(other)
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw malformed(file, `it can't be read (${(cause as NodeJS.ErrnoException).code})`, cause)
  }
}

function parse(text: string, file: string): Pick<LockFile, 'sysroots' | 'releases' | '$schema'> {
  let value: { format?: unknown } | null
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const conflict = /^(?:<{7}|={7}|>{7})/m.test(text)
    throw malformed(file, conflict ? 'a merge left its conflict in it' : (cause as Error).message, cause)
  }
  refuseNewerFormat(file, value?.format, FORMAT)
  const result = v.safeParse(lockSchema, value)
  if (result.success) {
    const { sysroots, releases, $schema } = result.output
    return { sysroots, releases, $schema }
  }
  const [issue] = result.issues
  throw malformed(file, `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)
}

function malformed(file: string, found: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'LOCK_MALFORMED',
    `${file} is no lock file: ${found}`,
    'Take it from version control again, or delete it and write it anew: glibc-matrix add.',
    { file },
    cause,
  )
}
