import { GlibcMatrixError, type Session } from '@glibc-matrix/core'
import type { Vitest } from 'vitest/node'
import { type AdapterOptions, openMatrix, presentable } from './matrix.mjs'
import { type MatrixPlace, reference, setupFile } from './place.mjs'

/**
 * For a config that has our reporter but not `withGlibcMatrix`: every project runs in one column, which
 * `environmentOptions.glibc` names, or GLIBC_MATRIX_ONLY, else the host.
 */
export async function runInOneColumn(vitest: Vitest, options: AdapterOptions): Promise<Session> {
  const launch = { mayInstall: !vitest.config.watch, merges: false }
  const { session, config } = await openMatrix(vitest.config.root, options, launch)
  const { poolByFile } = await import('./pool.mjs')
  const names = session.columns.map(({ name }) => name)
  const preferred = (session.narrowed && names.find((name) => name !== reference)) || reference
  for (const project of vitest.projects) {
    const wanted = (project.config.environmentOptions as { glibc?: unknown } | undefined)?.glibc
    const column = wanted === undefined ? preferred : String(wanted)
    if (!names.includes(column)) throw presentable(unknownColumn(column, names))
    const place: MatrixPlace = {
      session: session.file,
      column,
      root: session.report.root,
      groupOrder: 0,
      nodeFiles: [],
    }
    project.provide('glibcMatrix', place)
    poolByFile(project, config)
    // `inline`: Vitest has made up its mind which setup files it runs afresh for each test file in a reused worker.
    project.config.setupFiles = [`${setupFile}?inline`, ...project.config.setupFiles]
  }
  return session
}

function unknownColumn(column: string, names: readonly string[]): GlibcMatrixError {
  return new GlibcMatrixError(
    'COLUMN_UNKNOWN',
    `environmentOptions.glibc is '${column}', the columns are ${names.join(', ')}`,
    'Name one of them, or add such a sysroot to glibc-matrix.config.',
    { column, names },
  )
}
