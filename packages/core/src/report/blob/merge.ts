import type { Gap, Grid } from '../grid.js'
import type { RedRules } from '../verdict.js'
import { type MergedColumns, mergeColumns } from './columns.js'
import { coverageOf } from './coverage.js'
import { differenceGaps } from './differences.js'
import { mergeRows, type Part } from './rows.js'
import type { RunBlob } from './schema.js'
import { type Source, sourcesOf } from './sources.js'

/** What a merge answers. */
export interface Merged {
  /** Its `gaps` is always there, and empty when nothing is missing. */
  readonly grid: Grid
  /** The strictest of the runs' own. */
  readonly rules: RedRules
}

/** One grid of the blobs of many machines and runners, from their records alone; in which order they come changes nothing. */
export function mergeBlobs(blobs: readonly RunBlob[]): Merged {
  const sources = sourcesOf(blobs)
  const columns = mergeColumns(sources)
  const parts = partsOf(sources, columns)
  const coverage = parts.flatMap((part) => [...part.coverage.values()].flatMap(({ gaps }) => gaps))
  const addons = sources.flatMap(({ blob }) => blob.addons)
  return {
    grid: {
      format: 1,
      columns: columns.columns,
      rows: mergeRows(parts, columns),
      ...(addons.length > 0 && { addons: unique(addons) }),
      gaps: unique([
        ...differenceGaps(sources),
        ...coverage,
        ...columns.gaps,
        ...sources.flatMap((source) => ownGaps(source)),
      ]),
    },
    rules: strictest(blobs),
  }
}

function partsOf(sources: readonly Source[], columns: MergedColumns): Part[] {
  return [...new Set(sources.map(({ part }) => part))].map((part) => {
    const own = sources.filter((source) => source.part === part)
    const planned = [...new Set(own.flatMap(({ blob }) => columns.plannedOf(blob)))]
    return { sources: own, coverage: new Map(planned.map((column) => [column, coverageOf(column, own, columns)])) }
  })
}

/** What a run says against itself. */
function ownGaps({ title, blob }: Source): Gap[] {
  const { columns, shard, stopped, faults } = blob
  const [only, ...others] = columns.map(({ name }) => name)
  const column = others.length === 0 ? (only ?? null) : null
  const where = column === null ? `${columns.length} columns` : `column ${column}`
  const what = `the run in ${where}${shard === null ? '' : `, shard ${shard.index} of ${shard.count},`}`
  return [
    ...(stopped ? [{ kind: 'stopped', column, message: `${title}: ${what} was stopped before its end` } as const] : []),
    ...faults.map(
      (fault) =>
        ({ kind: 'fault', column, message: `${title}: ${what} failed outside of its tests: ${fault}` }) as const,
    ),
  ]
}

function strictest(blobs: readonly RunBlob[]): RedRules {
  const has = (key: keyof RedRules) => blobs.some(({ rules }) => rules[key] === 'fail')
  return { incompatible: has('incompatible') ? 'fail' : 'allow', unproven: has('unproven') ? 'fail' : 'warn' }
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
}
