import { relative } from 'node:path'
import { loadConfig } from './config/load.js'
import { isGlibcMatrixError } from './errors.js'
import { gridOf, prepareMatrix } from './matrix.js'
import { wantsColor } from './report/colors.js'
import { formatGrid } from './report/format-grid.js'
import type { TestResult } from './report/test-result.js'
import { redCells } from './report/verdict.js'
import { writeReports } from './report/write-reports.js'
import { runAgain } from './spawn/run-again.js'
import { closeSession, type Session } from './spawn/session.js'
import { writeRun } from './write-run.js'

/** One test stands for the whole command: its runner's own tests are its own affair. */
const place = { suite: '(command)', test: '(command)' }

/**
 * Runs the command of this very process in each column, Node and all that it starts on the column's glibc, tells the grid
 * and ends: with the command's worst exit status, else 1 when a cell is red.
 */
export async function runInColumns(): Promise<never> {
  try {
    const session = await open()
    let status: number
    try {
      status = conclude(session, runEach(session))
    } finally {
      closeSession(session)
    }
    process.exit(status)
  } catch (error) {
    if (!isGlibcMatrixError(error) || process.env.GLIBC_MATRIX_DEBUG) throw error
    process.stderr.write(`glibc-matrix: ${error.message}\n${error.hint}\n`)
    process.exit(2)
  }
}

async function open(): Promise<Session> {
  const config = await loadConfig({ cwd: process.cwd() })
  return prepareMatrix(config, { install: true, runtime: config.runtime.all ?? 'node', always: true })
}

function runEach(session: Session): TestResult[] {
  return session.columns.flatMap(({ name: column, skip }): TestResult[] => {
    if (skip !== null) return []
    process.stderr.write(`glibc-matrix: ${column}\n`)
    const { exitCode, signal, durationMs } = runAgain(session.file, column, place)
    const told = { column, ...place, durationMs }
    if (exitCode === 0) return [{ ...told, state: 'pass' }]
    return [{ ...told, state: 'fail', message: signal ?? `exit ${exitCode}` }]
  })
}

function conclude(session: Session, results: readonly TestResult[]): number {
  const grid = gridOf(session, results)
  process.stderr.write(writeReports(grid, session.report))
  const suites = results.map(({ suite, column, durationMs }) => ({ suite, column, durationMs }))
  const command = process.argv
    .slice(1)
    .map((word) => relative(process.cwd(), word))
    .join(' ')
  writeRun(session, grid, { runner: 'command', command, results, suites, shard: null, stopped: false, faults: [] })
  process.stderr.write(formatGrid(grid, { color: wantsColor(process.stderr), ...session.report }))
  return redCells(grid, session.report).length > 0 ? 1 : 0
}
