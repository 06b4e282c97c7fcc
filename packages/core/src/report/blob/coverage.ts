import type { Gap } from '../grid.js'
import type { MergedColumns } from './columns.js'
import type { Source } from './sources.js'

/** What the blobs of one part say of one column, and what they leave open. */
export interface Coverage {
  readonly gaps: readonly Gap[]
  /** Files that were to run in the column. */
  readonly suites: ReadonlySet<string>
  /** Why a file has no results in the column though it should have; null where nothing is missing. */
  missing(suite: string): string | null
}

/** Looks for what should be there and is not: the column, one of its shards, a file that every shard left to another. */
export function coverageOf(column: string, part: readonly Source[], { nameIn }: MergedColumns): Coverage {
  const title = part[0]?.title ?? ''
  const own = part.filter(({ blob }) => blob.columns.some(({ name }) => nameIn(blob, name) === column))
  const gap = (kind: Gap['kind'], message: string): Gap => ({ kind, column, message: `${title}: ${message}` })
  if (own.length === 0) {
    const message = `column ${column} is missing: no run of it was merged`
    return { gaps: [gap('column', message)], suites: new Set(), missing: () => message }
  }
  const planned = own.flatMap(({ blob }) => blob.suites.filter((suite) => nameIn(blob, suite.column) === column))
  const suites = new Set(planned.map(({ suite }) => suite))
  const leftOut = new Set(
    own.flatMap(({ blob }) => blob.leftOut.flatMap((each) => (nameIn(blob, each.column) === column ? each.suite : []))),
  )
  const isSkipped = own.every(({ blob }) =>
    blob.columns.every(({ name, skip }) => nameIn(blob, name) !== column || skip !== null),
  )
  const ran = new Set(planned.flatMap(({ suite, durationMs }) => (durationMs === null ? [] : suite)))
  const shards = shardGaps(column, own)
  const left = [...suites].filter((suite) => !ran.has(suite)).sort()
  const files =
    shards.length > 0 ? [] : left.map((suite) => [`suite`, `${suite} did not run in column ${column}`] as const)
  return {
    gaps: [...shards, ...files].map(([kind, message]) => gap(kind, message)),
    suites,
    missing(suite) {
      if (ran.has(suite)) return null
      if (isSkipped || leftOut.has(suite)) return null
      if (shards.length > 0) return shards.map(([, message]) => message).join('; ')
      return suites.has(suite) ? 'the file did not run' : 'no run of the column found the file'
    },
  }
}

function shardGaps(column: string, own: readonly Source[]): (readonly ['shard' | 'shards', string])[] {
  const shards = own.map(({ blob }) => blob.shard)
  const counts = [...new Set(shards.map((shard) => shard?.count ?? 1))].sort((a, b) => a - b)
  if (counts.length > 1) return [['shards', `column ${column} was cut into ${counts.join(' and into ')} shards`]]
  const [count = 1] = counts
  const there = new Set(shards.map((shard) => shard?.index ?? 1))
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((index) => !there.has(index))
  return missing.map((index) => ['shard', `shard ${index} of ${count} of column ${column} is missing`])
}
