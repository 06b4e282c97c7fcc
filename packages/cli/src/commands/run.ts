import { type Column, closeSession, plan, type ResolvedConfig, type Session } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { runFlags } from '../command-line/flags.js'
import { colorsFor } from '../output/colors.js'
import { printJson } from '../output/print.js'
import { commandFault } from '../plan/command-fault.js'
import { commandHere, hostSysroot, planOptions } from '../plan/here.js'
import { prepareColumns } from '../run/columns.js'
import { describeReport, reportOf, statusOf } from '../run/report.js'
import { type Ending, type RunOptions, runColumn } from '../run/run-column.js'
import { relaySignals, signalStatus } from '../run/signals.js'

/** Runs a command in columns, one after another, and tells what each process of it mapped. */
export async function run({ command, options }: Input<typeof runFlags>): Promise<number> {
  const config = await configWith(options)
  await refuseUnstartable(command, config)
  const { session, columns } = await prepareColumns(options.sysroot, config, options.with)
  const signals = relaySignals()
  try {
    const endings = await runColumns(session, columns, command, { json: options.json === true, signals })
    const report = reportOf(session, columns, endings)
    if (options.json) await printJson(report)
    else process.stderr.write(describeReport(report, colorsFor(process.stderr)))
    const interrupted = signals.received()
    return Math.max(statusOf(report, session.report), interrupted === null ? 0 : signalStatus(interrupted))
  } finally {
    signals.stop()
    closeSession(session)
  }
}

/** A command that can't be started fails here, before a sysroot is downloaded for it. */
async function refuseUnstartable(command: readonly string[], config: ResolvedConfig): Promise<void> {
  if (process.platform !== 'linux') return
  const host = await hostSysroot()
  const decision = plan(commandHere(command), host, { ...planOptions(config, host), always: true })
  const fault = commandFault(command[0] as string, decision)
  if (fault !== null) throw fault
}

/** One after another; after a signal no further one is started. */
async function runColumns(
  session: Session,
  columns: readonly Column[],
  command: readonly string[],
  options: RunOptions,
): Promise<ReadonlyMap<string, Ending>> {
  const endings = new Map<string, Ending>()
  for (const column of columns.filter(({ skip }) => skip === null)) {
    if (options.signals.received() !== null) break
    endings.set(column.name, await runColumn(session, column, command, options))
  }
  return endings
}
