import { readFileSync } from 'node:fs'
import * as v from 'valibot'
import { GlibcMatrixError } from '../../errors.js'
import type { RunBlob } from '../blob/schema.js'
import { writeJson } from '../write-json.js'

/** How long each test file took, in milliseconds: the mean of all columns and runs. */
export type Timings = Readonly<Record<string, number>>

const schema = v.object({ format: v.literal(1), suites: v.record(v.string(), v.pipe(v.number(), v.minValue(0))) })

/** The timings that runs tell; a file that none of them ran has none. */
export function timingsOf(blobs: readonly RunBlob[]): Timings {
  const times = new Map<string, number[]>()
  for (const { suite, durationMs } of blobs.flatMap(({ suites }) => suites)) {
    if (durationMs !== null) times.set(suite, [...(times.get(suite) ?? []), durationMs])
  }
  const means = [...times].map(([suite, all]) => [suite, Math.round(all.reduce((sum, one) => sum + one) / all.length)])
  return Object.fromEntries(means.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)))
}

/** A file that is meant to be committed, as every shard must read the same one. */
export function writeTimings(path: string, suites: Timings): void {
  writeJson(path, { format: 1, suites })
}

/**
 * No timings where there is no such file yet: then all files count alike.
 *
 * @throws GlibcMatrixError TIMINGS_MALFORMED.
 */
export function readTimings(path: string): Timings {
  try {
    return v.parse(schema, JSON.parse(readFileSync(path, 'utf8'))).suites
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new GlibcMatrixError(
      'TIMINGS_MALFORMED',
      `the timings ${path} can't be read: ${(error as Error).message}`,
      'Write them again: glibc-matrix merge DIR --timings FILE.',
      { path },
      error,
    )
  }
}
