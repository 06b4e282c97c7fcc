import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { compareGlibc, isGlibcVersion } from '../glibc-version.js'
import { refuseNewerFormat } from '../newer-format.js'
import type { GatedFile } from './gate.js'

/** Floors as they were when someone last agreed to them: a file that is kept in the repository, a line for each. */
export interface Baseline {
  readonly format: 1
  /** By path, relative to the baseline's directory; null for a file that needs no glibc. */
  readonly floors: Readonly<Record<string, string | null>>
}

/** A file's floor before and now; null where it needs no glibc, or isn't there. */
export interface BaselineChange {
  readonly path: string
  readonly was: string | null
  readonly is: string | null
}

/** How files differ from a baseline. What rose and what is fresh is for a review; the rest is told. */
export interface BaselineChanges {
  readonly risen: readonly BaselineChange[]
  readonly fresh: readonly BaselineChange[]
  readonly fallen: readonly BaselineChange[]
  readonly gone: readonly BaselineChange[]
}

/**
 * Reads a baseline that `writeBaseline` wrote.
 *
 * @throws GlibcMatrixError BASELINE_INVALID, FORMAT_TOO_NEW.
 */
export function readBaseline(file: string): Baseline {
  let found: unknown
  try {
    found = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw invalid(file, (cause as Error).message, cause)
  }
  const { format, floors } = (found ?? {}) as Partial<Baseline>
  refuseNewerFormat(file, format, 1)
  if (format !== 1 || typeof floors !== 'object' || floors === null) throw invalid(file, 'it has no format and floors')
  const bad = Object.entries(floors).find(
    ([, floor]) => floor !== null && !(typeof floor === 'string' && isGlibcVersion(floor)),
  )
  if (bad !== undefined) throw invalid(file, `the floor of ${bad[0]} is ${JSON.stringify(bad[1])}`)
  return { format, floors }
}

/** The floors of these files as a baseline kept in `file` has them. */
export function baselineOf(file: string, files: readonly GatedFile[]): Baseline {
  const base = dirname(resolve(file))
  const entries = files.map(({ path, floor }) => [relative(base, resolve(path)), floor?.glibc ?? null] as const)
  return { format: 1, floors: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) }
}

/** Writes the file whole or not at all: a reader sees the old one or the new one. */
export function writeBaseline(file: string, baseline: Baseline): void {
  const fresh = `${file}.${randomBytes(6).toString('hex')}`
  writeFileSync(fresh, `${JSON.stringify(baseline, null, 2)}\n`, { flag: 'wx' })
  renameSync(fresh, file)
}

/** Sorts what differs between a baseline and the files as they are now. */
export function compareBaseline(before: Baseline, now: Baseline): BaselineChanges {
  const changes = Object.entries(now.floors).flatMap(([path, is]) =>
    Object.hasOwn(before.floors, path) ? [{ path, was: before.floors[path] ?? null, is }] : [],
  )
  const order = ({ was, is }: BaselineChange) => compareGlibc(is ?? '0', was ?? '0')
  return {
    risen: changes.filter((change) => order(change) > 0),
    fallen: changes.filter((change) => order(change) < 0),
    fresh: Object.entries(now.floors).flatMap(([path, is]) =>
      Object.hasOwn(before.floors, path) ? [] : [{ path, was: null, is }],
    ),
    gone: Object.entries(before.floors).flatMap(([path, was]) =>
      Object.hasOwn(now.floors, path) ? [] : [{ path, was, is: null }],
    ),
  }
}

function invalid(file: string, found: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'BASELINE_INVALID',
    `${file} is no baseline of floors: ${found}`,
    'Write it with `glibc-matrix inspect --baseline FILE --update …`.',
    { file },
    cause,
  )
}
