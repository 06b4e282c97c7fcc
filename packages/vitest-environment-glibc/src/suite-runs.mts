import type { RunFacts } from '@glibc-matrix/core'
import type { TestModule, TestSpecification } from 'vitest/node'
import { placeOf, suiteOf } from './place.mjs'

/** Every file and column that is planned, in this shard or another; with its time, where it ran here. */
export function suiteRuns(planned: readonly TestSpecification[], modules: readonly TestModule[]): RunFacts['suites'] {
  const runs = new Map<string, RunFacts['suites'][number]>()
  for (const { project, moduleId, pool } of planned) {
    const place = placeOf(project)
    if (place === undefined || pool === 'typescript') continue
    const suite = suiteOf(moduleId, place.root)
    runs.set(`${suite}\0${place.column}`, { suite, column: place.column, durationMs: null })
  }
  for (const module of modules) {
    const place = placeOf(module.project)
    if (place === undefined || module.meta().typecheck || !ended(module)) continue
    const suite = suiteOf(module.moduleId, place.root)
    const key = `${suite}\0${place.column}`
    // Two projects of the user's may have the same file.
    const durationMs = (runs.get(key)?.durationMs ?? 0) + timeOf(module)
    runs.set(key, { suite, column: place.column, durationMs })
  }
  return [...runs.values()]
}

/** A file that failed has run; one that a stopped run left has not. */
function ended(module: TestModule): boolean {
  return module.state() !== 'pending' && module.state() !== 'queued'
}

/** All that the file cost its worker, in milliseconds. */
function timeOf(module: TestModule): number {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } = module.diagnostic()
  return Math.round(environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration)
}
