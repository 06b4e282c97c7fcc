import * as v from 'valibot'

const count = v.pipe(v.number(), v.integer(), v.minValue(1))
const durationMs = v.pipe(v.number(), v.minValue(0))
const strings = v.array(v.string())
const ruleOf = <const T extends readonly [string, ...string[]]>(...options: T) => v.picklist(options)

export const recordSchema = v.object({
  pid: v.nullable(v.number()),
  ppid: v.nullable(v.number()),
  program: v.string(),
  libc: strings,
  proof: v.picklist(['mapped', 'unproven']),
  strategy: v.nullable(v.picklist(['loader', 'patch', 'namespace'])),
  hostLibraries: strings,
  accounting: v.picklist(['exact', 'shim']),
  command: strings,
})

const cell = v.object({
  state: v.picklist(['pass', 'fail', 'incompatible', 'unproven', 'none', 'skip']),
  reason: v.optional(v.string()),
  durationMs,
  output: v.optional(v.string()),
  /** Skipped by what this run was told (`-t`): a merge looks for it elsewhere. */
  filtered: v.optional(v.boolean()),
  records: v.array(recordSchema),
})

export const refusedAddonSchema = v.object({
  package: v.string(),
  path: v.string(),
  refusals: v.array(v.object({ column: v.string(), reason: v.string() })),
})

/** What `blob` of the config writes: one run's records alone. The JSON schema that is published is made from this. */
export const blobSchema = v.object({
  type: v.literal('glibc-matrix-blob'),
  format: v.literal(1),
  /** `command`: `glibc-matrix run`, and other test runners. */
  runner: v.picklist(['vitest', 'jest', 'command']),
  /** `name` of the package.json beside the config, else what the directory is called. */
  project: v.string(),
  /** Of the project's repository, as it was checked out; null where that isn't known. */
  commit: v.optional(v.nullable(v.string()), null),
  shard: v.nullable(v.object({ index: count, count })),
  machine: v.object({
    arch: v.string(),
    kernel: v.string(),
    node: v.string(),
    /** Of the host's own libc; null outside of Linux. */
    glibc: v.nullable(v.string()),
    digest: v.nullable(v.string()),
  }),
  rules: v.object({ incompatible: ruleOf('fail', 'allow'), unproven: ruleOf('warn', 'fail') }),
  /** Every column of the config, so that a merge knows which ones nobody ran. `name` is null for one without a name that was not had. */
  planned: v.array(v.object({ name: v.nullable(v.string()), spec: v.string() })),
  /** Those that this run was to run in; `skip` tells why it could not. */
  columns: v.array(
    v.object({
      name: v.string(),
      spec: v.string(),
      glibc: v.nullable(v.string()),
      digest: v.nullable(v.string()),
      skip: v.nullable(v.string()),
    }),
  ),
  /** Every file and column that there is for all shards together; `durationMs` is null for what this run did not run. */
  suites: v.array(
    v.object({
      suite: v.string(),
      column: v.string(),
      durationMs: v.nullable(durationMs),
      /** sha256 of the test file that ran, by which a merge knows runs of different states of a project. */
      sha256: v.optional(v.nullable(v.string()), null),
    }),
  ),
  /** Files that a selector keeps from a column: there it is no gap that they didn't run. */
  leftOut: v.optional(v.array(v.object({ suite: v.string(), column: v.string() })), []),
  /** A cell for each test and column that has a result. */
  rows: v.array(v.object({ suite: v.string(), test: v.string(), cells: v.record(v.string(), cell) })),
  addons: v.array(refusedAddonSchema),
  /** Whether it ended before its end: by a signal, or by the first failure that it was told to stop at. */
  stopped: v.boolean(),
  /** What failed outside of any test. */
  faults: strings,
})

/** One run's records, as a merge reads them. */
export type RunBlob = v.InferOutput<typeof blobSchema>
