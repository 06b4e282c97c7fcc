import { GlibcMatrixError, isGlibcMatrixError } from '../../../errors.js'
import type { InstallContext } from '../provider.js'
import { checksValidUntil } from './apt-settings.js'
import type { Archive, Keyring } from './archive.js'
import { ended, readOnceSigned, readPinned, refuseUnpinned } from './ended-release.js'
import { fetchBytes } from './fetch.js'
import { readSigned } from './in-release.js'
import { noteDate } from './seen-dates.js'

/** A suite's signed table of contents. */
export interface Release {
  readonly mirror: string
  readonly suite: string
  readonly url: string
  readonly byHash: boolean
  /** By path below dists/SUITE. */
  readonly files: ReadonlyMap<string, { readonly size: number; readonly sha256: string }>
}

/** InRelease files are about 200 kB. */
const MAX_RELEASE = 8 << 20

/** Of a file that a release lists and that is held in memory; sid's Contents of all are some 50 MB. */
const MAX_FILE = 2 ** 30

/** Gets a suite's InRelease from the first mirror that has a good one, and checks signature, name and age. */
export async function fetchRelease(
  archive: Archive,
  suite: string,
  sysroot: string,
  context: InstallContext,
): Promise<Release> {
  context.onProgress({ sysroot, stage: 'release', done: 0, total: null })
  const failures: GlibcMatrixError[] = []
  for (const mirror of archive.mirrors) {
    try {
      return await releaseOf(mirror, suite, archive, context)
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw error
      failures.push(error)
    }
  }
  throw summary(suite, failures)
}

async function releaseOf(mirror: string, suite: string, archive: Archive, context: InstallContext): Promise<Release> {
  const place = { mirror, suite, url: `${mirror}/dists/${suite}/InRelease` }
  const { url } = place
  const bytes = await fetchBytes(url, { maxBytes: MAX_RELEASE, machineRoot: context.machineRoot })
  const spec = `${archive.distribution.kind}:${suite}`
  const pin = context.releases?.[spec]
  if (pin !== undefined) refuseUnpinned(bytes, url, pin)
  if (context.allowUnsigned) return parseRelease(unsignedText(bytes), place)
  if (pin !== undefined) return parseRelease(await readPinned(bytes, url, allKeyrings(archive), pin), place)
  const text = await readSigned(bytes, url, archive.keyrings, context.now).catch((error) =>
    refuseEnded(error, bytes, url, archive, spec),
  )
  const release = parseRelease(text, place)
  const age = checksValidUntil(context.machineRoot) ? ageFault(text, context.now) : null
  if (age !== null) await refuseEnded(tooOld(age, url, context.now), bytes, url, archive, spec)
  const origin = fieldOf(text, 'Origin') ?? 'unnamed'
  const names = [suite, fieldOf(text, 'Codename') ?? suite]
  noteDate({ origin, names, date: fieldOf(text, 'Date'), url }, context.env)
  return release
}

/** The error that says how to pin the release, when it was good once; else the one that it was refused with. */
async function refuseEnded(
  error: unknown,
  bytes: Uint8Array,
  url: string,
  archive: Archive,
  spec: string,
): Promise<never> {
  if (!isGlibcMatrixError(error) || error.code !== 'SIGNATURE_INVALID') throw error
  const once = await readOnceSigned(bytes, url, allKeyrings(archive)).catch(() => null)
  throw once === null ? error : ended(error.message, once, spec, url)
}

/** Those that count, and those that did. */
function allKeyrings({ keyrings, endedKeyrings }: Archive): readonly Keyring[] {
  return [...keyrings, ...endedKeyrings]
}

/** Only with the user's explicit option: drops the armor, if there is one, unchecked. */
function unsignedText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('utf8').replaceAll('\r\n', '\n')
  const body = /^-----BEGIN PGP SIGNED MESSAGE-----\n(?:.+\n)*\n([\s\S]*?)\n-----BEGIN PGP SIGNATURE-----/.exec(text)
  return body?.[1] ?? text
}

function parseRelease(text: string, place: Pick<Release, 'mirror' | 'suite' | 'url'>): Release {
  const names = [fieldOf(text, 'Suite'), fieldOf(text, 'Codename')]
  if (!names.includes(place.suite)) {
    throw malformed(place.url, `it is of suite '${names.join("', '")}', not of '${place.suite}'`)
  }
  return { ...place, byHash: fieldOf(text, 'Acquire-By-Hash') === 'yes', files: filesOf(text, place.url) }
}

/** Trimmed afterwards: a pattern that looks for the end of blanks is slow where they don't end. */
function fieldOf(text: string, name: string): string | null {
  return new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim() ?? null
}

/** An old, once valid file is how a mirror would hold updates back: archives that move say how long one counts. */
function ageFault(text: string, now: Date): string | null {
  const validUntil = fieldOf(text, 'Valid-Until')
  return validUntil === null || new Date(validUntil).getTime() >= now.getTime() ? null : validUntil
}

function tooOld(validUntil: string, url: string, now: Date): GlibcMatrixError {
  return new GlibcMatrixError(
    'SIGNATURE_INVALID',
    `${url} was valid until ${validUntil}, and this machine's clock says ${now.toUTCString()}`,
    `Correct the clock, or use a mirror that is up to date ('mirrors' or GLIBC_MATRIX_MIRROR). Where a mirror stands still on purpose, apt's own setting counts: Acquire::Check-Valid-Until "false".`,
    { url, validUntil, now: now.toISOString() },
  )
}

function filesOf(text: string, url: string): Release['files'] {
  const lines = text.split('\n')
  const start = lines.findIndex((line) => line.trimEnd() === 'SHA256:') + 1
  if (start === 0) throw malformed(url, 'it has no SHA256 section')
  const end = lines.findIndex((line, index) => index >= start && !/^[ \t]/.test(line))
  const section = lines.slice(start, end === -1 ? lines.length : end)
  return new Map(section.flatMap((line) => fileOf(line.trim())))
}

/** `SHA256 SIZE PATH`; what is no such line lists no file. */
function fileOf(line: string): readonly (readonly [string, { readonly size: number; readonly sha256: string }])[] {
  const [, sha256 = '', digits = '', path = ''] = /^([0-9a-f]{64})[ \t]+(\d{1,12})[ \t]+(\S+)$/.exec(line) ?? []
  const size = Number(digits)
  return path === '' || size > MAX_FILE ? [] : [[path, { sha256, size }]]
}

function malformed(url: string, found: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'INDEX_MALFORMED',
    `${url} is not what was asked for: ${found}`,
    `Check that the mirror is the base of an archive ('mirrors' or GLIBC_MATRIX_MIRROR).`,
    { url },
  )
}

function summary(suite: string, failures: readonly GlibcMatrixError[]): GlibcMatrixError {
  const tried = failures.map((error) => error.message)
  if (failures.every((error) => error.details.status === 404)) {
    return new GlibcMatrixError(
      'SUITE_UNKNOWN',
      `No mirror has a suite '${suite}': ${tried.join('; ')}`,
      `Check the suite's name; a release that is no longer carried needs an archive mirror in 'mirrors' or GLIBC_MATRIX_MIRROR.`,
      { suite, tried },
      failures[0],
    )
  }
  const first = failures.find((error) => error.details.status !== 404) as GlibcMatrixError
  if (failures.length === 1) return first
  return new GlibcMatrixError(first.code, tried.join('; '), first.hint, { ...first.details, tried }, first)
}
