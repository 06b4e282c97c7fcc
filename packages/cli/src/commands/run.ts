import { type Column, closeSession, type Grid, gridOf, shellWords, writeReports } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { runFlags } from '../command-line/flags.js'
import { colorsFor } from '../output/colors.js'
import { printJson } from '../output/print.js'
import { isWanted, wantedReports } from '../output/wanted-reports.js'
import { refuseUnstartable } from '../plan/refuse-unstartable.js'
import { prepareColumns } from '../run/columns.js'
import { keepRecords } from '../run/keep-records.js'
import { describeReport, reportOf, resultsOf, statusOf } from '../run/report.js'
import { runColumns } from '../run/run-column.js'
import { relaySignals, signalStatus } from '../run/signals.js'

/** Runs a command in columns, one after another, and tells what each process of it mapped. */
export async function run({ command, options }: Input<typeof runFlags>): Promise<number> {
  const config = await configWith(options)
  const wanted = wantedReports(options.report, config.reports.github)
  const checkMachine = await refuseUnstartable(command, config)
  const { session, columns } = await prepareColumns(options.sysroot, config, options.with)
  const signals = relaySignals()
  try {
    checkMachine(columns)
    const endings = await runColumns(session, columns, command, {
      output: options.json ? 'stderr' : 'inherit',
      keepStderr: config.blob !== null || isWanted(wanted),
      signals,
    })
    const results = resultsOf(endings)
    const grid = gridOf(session, results)
    keepRecords(session, grid, { columns, named: options.sysroot !== undefined, results, command })
    const report = reportOf(grid, columns, endings)
    process.stderr.write(writeReports(gridFor(grid, columns, command), { ...session.report, ...wanted }))
    if (options.json) await printJson(report)
    else process.stderr.write(describeReport(report, colorsFor(process.stderr)))
    const interrupted = signals.received()
    return Math.max(statusOf(report, session.report), interrupted === null ? 0 : signalStatus(interrupted))
  } finally {
    signals.stop()
    closeSession(session)
  }
}

/** Of the columns asked for alone, the command in the place of a test's name. */
function gridFor(grid: Grid, columns: readonly Column[], command: readonly string[]): Grid {
  const names = new Set(columns.map(({ name }) => name))
  return {
    ...grid,
    columns: grid.columns.filter(({ name }) => names.has(name)),
    rows: grid.rows.map(({ suite, cells }) => ({
      suite,
      test: shellWords(command),
      cells: Object.fromEntries(Object.entries(cells).filter(([name]) => names.has(name))),
    })),
  }
}
