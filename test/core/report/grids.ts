import type { PlaceEvidence, SpawnEvidence } from '../../../packages/core/src/evidence/evidence.js'
import { buildGrid } from '../../../packages/core/src/report/build-grid.js'
import type { Grid } from '../../../packages/core/src/report/grid.js'
import type { TestResult } from '../../../packages/core/src/report/test-result.js'
import { libc, spawned } from '../evidence/lines.js'

export const columns = [
  { name: 'host', spec: 'host', glibc: '2.36', skip: null },
  { name: '2.31', spec: 'debian:bullseye', glibc: '2.31', skip: null },
]

export function result(more: Partial<TestResult> = {}): TestResult {
  return { column: '2.31', suite: 'a.test.ts', test: 'works', state: 'pass', durationMs: 5, ...more }
}

export function seen(state: SpawnEvidence['state'], hostLibraries: readonly string[] = []): SpawnEvidence {
  const proof = { proof: 'mapped' as const, reason: '', libc: [libc.path], hostLibraries }
  const processes =
    state === 'mapped' ? [{ pid: 42, ppid: 41, program: '/project/tool', strategy: 'loader' as const, proof }] : []
  return { spawn: spawned(), state, reason: `why it is ${state}`, processes, accounting: 'exact' }
}

/** What the file's hook and the test's children said. */
export function said(spawns: readonly SpawnEvidence[] = [], more: Partial<PlaceEvidence> = {}): PlaceEvidence {
  return {
    hooked: true,
    spawns,
    addons: [],
    refusedAddons: [],
    unhookedThreads: 0,
    onHost: false,
    outsiders: [],
    inColumn: false,
    ...more,
  }
}

export function gridFrom(
  results: readonly TestResult[],
  evidence: (column: string, file: string, test: string) => PlaceEvidence,
): Grid {
  return buildGrid({ columns, results, evidence, byHand: (_, { program }) => ['ld.so', program, "it's"] })
}

/** The cell of one test in the column 2.31. */
export function cellOf(results: readonly TestResult[], evidence: PlaceEvidence) {
  const cell = gridFrom(results, () => evidence).rows[0]?.cells['2.31']
  if (cell === undefined) throw new Error('no such cell')
  return cell
}
