import fc from 'fast-check'
import type { RunBlob } from '../../../../packages/core/src/report/blob/schema.js'
import { blob, cell, host, old } from './blobs.js'

const suites = ['a.test.js', 'b.test.js', 'constructor', 'toString']
const states = ['pass', 'fail', 'incompatible', 'unproven', 'none', 'skip'] as const
type Column = RunBlob['columns'][number]

const otherHost = { ...host, digest: 'c2'.repeat(32) }
const otherOld = { ...old, digest: 'd3'.repeat(32) }
const skipped = { ...old, skip: 'not on this machine' }

/** Runs of few files, columns and projects, so that they meet in every way; names of tests tell in which blob they are too. */
export const anyBlobs: fc.Arbitrary<RunBlob[]> = fc.array(
  fc
    .record({
      columns: fc.constantFrom<Column[]>(
        [host],
        [old],
        [host, old],
        [otherHost],
        [otherHost, otherOld],
        [host, skipped],
      ),
      rows: fc.array(
        fc.record({
          suite: fc.constantFrom(...suites),
          test: fc.constantFrom('works', 'fails'),
          states: fc.array(fc.constantFrom(...states), { minLength: 2, maxLength: 2 }),
        }),
        { maxLength: 4 },
      ),
      times: fc.array(fc.option(fc.nat()), { minLength: 4, maxLength: 4 }),
      runner: fc.constantFrom('vitest', 'jest', 'command'),
      project: fc.constantFrom('demo', 'other', ''),
      shard: fc.option(fc.constantFrom({ index: 1, count: 2 }, { index: 2, count: 2 }, { index: 1, count: 3 })),
      leftOut: fc.array(fc.record({ suite: fc.constantFrom(...suites), column: fc.constantFrom('host', '2.31') }), {
        maxLength: 2,
      }),
      stopped: fc.boolean(),
      faults: fc.array(fc.constant('a fault'), { maxLength: 1 }),
      unproven: fc.constantFrom('warn', 'fail'),
    })
    .map(({ columns, rows, times, unproven, ...others }): RunBlob => {
      const names = columns.map(({ name }) => name)
      return {
        ...blob({}),
        ...others,
        columns,
        rules: { incompatible: 'fail', unproven },
        suites: suites.flatMap((suite, index) =>
          names.map((column) => ({ suite, column, durationMs: times[index] ?? null, sha256: null })),
        ),
        rows: rows.map(({ suite, test, states: found }) => ({
          suite,
          test,
          cells: Object.fromEntries(names.map((name, index) => [name, cell(found[index] ?? 'none')])),
        })),
      }
    }),
  { minLength: 1, maxLength: 4 },
)
