import { readFileSync } from 'node:fs'
import { type ResolvedConfig, suiteRuntime } from '@glibc-matrix/core'
import type { PoolOptions, PoolRunnerInitializer, TestProject } from 'vitest/node'
import { ColumnWorker } from './column-worker.mjs'
import { NamespaceWorker } from './namespace-worker.mjs'
import { namespacePoolName, placeOf, poolName, suiteOf } from './place.mjs'

/**
 * Vitest's `forks`, whose workers' own Node runs on the libc of their project's column. `withGlibcMatrix` takes it for
 * the files of `runtime: 'node'` alone; a project that names it as its `pool` runs all of its files so.
 */
export function glibcPool({ node = null }: { readonly node?: string | null } = {}): PoolRunnerInitializer {
  return { name: poolName, createPoolWorker: (options) => new ColumnWorker(options, poolName, node) }
}

/** Vitest's `forks` in one mount namespace for a worker (`namespaces: 'worker'`): a project has one pool besides Vitest's own. */
export function namespacePool(project: TestProject): void {
  if (project.config.poolRunner !== undefined || project.config.pool !== 'forks') return
  const createPoolWorker = (options: PoolOptions) => new NamespaceWorker(options)
  Object.assign(project.config, { pool: namespacePoolName, poolRunner: { name: namespacePoolName, createPoolWorker } })
}

/** In a project where another pool runs, the files of `runtime: 'node'` go to this one. Vitest asks for each file's pool here. */
export function poolByFile(project: TestProject, config: Pick<ResolvedConfig, 'root' | 'runtime' | 'node'>): void {
  if (project.config.browser.enabled || isTaken(project)) return
  if (project.config.poolRunner === undefined) project.config.poolRunner = glibcPool(config)
  const original = project.createSpecification.bind(project)
  project.createSpecification = (file, locations, pool, ...rest) =>
    original(file, locations, pool ?? (runsInColumn(file, project, config) ? poolName : undefined), ...rest)
}

/** A namespace's pool is only taken where no file is for this one; a file that comes later is told as unproven. */
function isTaken({ config }: TestProject): boolean {
  return config.poolRunner !== undefined && config.poolRunner.name !== namespacePoolName
}

/** The worker is told as well: a file that meant to run in the column and doesn't is never a tick. */
function runsInColumn(file: string, project: TestProject, config: Pick<ResolvedConfig, 'root' | 'runtime'>): boolean {
  const place = placeOf(project)
  if (place === undefined) return false
  const name = suiteOf(file, place.root)
  const others = place.nodeFiles.filter((other) => other !== name)
  const is = suiteRuntime(file, readFileSync(file, 'utf8'), config) === 'node'
  project.provide('glibcMatrix', { ...place, nodeFiles: is ? [...others, name] : others })
  return is
}
