import { type Column, type Grid, type Session, shellWords, type TestResult, writeRun } from '@glibc-matrix/core'
import { place } from './run-column.js'

interface Run {
  readonly columns: readonly Column[]
  /** --sysroot named them: then no more than these are to be run. */
  readonly named: boolean
  readonly results: readonly TestResult[]
  readonly command: readonly string[]
}

/** Leaves the run's records for `glibc-matrix merge`, where the config or --blob names a directory. */
export function keepRecords(session: Session, grid: Grid, { columns, named, results, command }: Run): void {
  const able = columns.filter(({ skip }) => skip === null)
  const facts = {
    runner: 'command',
    command: shellWords(command),
    results,
    suites: able.map(({ name }) => ({
      suite: place.suite,
      column: name,
      durationMs: results.find(({ column }) => column === name)?.durationMs ?? null,
    })),
    shard: null,
    stopped: results.length < able.length,
    faults: [],
  } as const
  writeRun(session, grid, facts, named ? columns.map(({ name }) => name) : undefined)
}
