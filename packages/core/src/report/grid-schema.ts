import * as v from 'valibot'
import { recordSchema, refusedAddonSchema } from './blob/schema.js'

const cell = v.object({
  state: v.picklist(['pass', 'fail', 'incompatible', 'unproven', 'none', 'skip', 'missing']),
  reason: v.optional(v.string()),
  durationMs: v.pipe(v.number(), v.minValue(0)),
  output: v.optional(v.string()),
  filtered: v.optional(v.boolean()),
  records: v.array(recordSchema),
})

/** The grid file, as `outputFile` and a merge write it. The JSON schema that is published is made from this. */
export const gridSchema = v.object({
  format: v.literal(1),
  columns: v.array(
    v.object({
      name: v.string(),
      spec: v.string(),
      glibc: v.nullable(v.string()),
      digest: v.optional(v.nullable(v.string())),
    }),
  ),
  /** A cell for each column, by its name. */
  rows: v.array(v.object({ suite: v.string(), test: v.string(), cells: v.record(v.string(), cell) })),
  addons: v.optional(v.array(refusedAddonSchema)),
  /** What a merge found wanting; each makes it fail. */
  gaps: v.optional(
    v.array(
      v.object({
        kind: v.picklist(['column', 'shard', 'suite', 'shards', 'digest', 'stopped', 'fault', 'commit', 'source']),
        message: v.string(),
        column: v.nullable(v.string()),
      }),
    ),
  ),
})
