import { type Column, closeSession, gridOf, rollout, type Session } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { rolloutFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { colorsFor } from '../output/colors.js'
import { print, printJson } from '../output/print.js'
import { hostSysroot, planOptions } from '../plan/here.js'
import { refuseUnstartable } from '../plan/refuse-unstartable.js'
import { describeCommand, describeRollout, type RolloutReport } from '../rollout/describe.js'
import { compareGridFile } from '../rollout/of-grid.js'
import { prepareColumns } from '../run/columns.js'
import { reportOf, resultsOf } from '../run/report.js'
import { runColumns } from '../run/run-column.js'
import { relaySignals, signalStatus } from '../run/signals.js'

/** What changing from one glibc to another does to the programs of a tree: by their files, then by running a command. */
export async function run({ words, command, options }: Input<typeof rolloutFlags>): Promise<number> {
  const { from, to, grid, json = false } = options
  if (from === undefined || to === undefined) throw usageError(usages.rollout, 'no --from and --to')
  if (grid !== undefined) return compareGridFile(grid, from, to, json)
  if (words.length + command.length === 0) throw usageError(usages.rollout, 'no PATH, no COMMAND and no --grid')
  const config = await configWith(options)
  const checkMachine = command.length > 0 ? await refuseUnstartable(command, config) : null
  const { session, columns } = await prepareColumns([from, to], config, options.with)
  const [before, after] = columns as [Column, Column]
  try {
    checkMachine?.(columns)
    const host = await hostSysroot()
    const found =
      before.sysroot === null || after.sysroot === null
        ? { files: [], skipped: [] }
        : rollout(words, before.sysroot, after.sysroot, planOptions(config, host))
    const report: RolloutReport = { format: 1, from: titleOf(before), to: titleOf(after), ...found, command: null }
    const text = words.length === 0 ? '' : describeRollout(report, colorsFor(process.stdout))
    if (!json) await print(text)
    const ran = command.length === 0 ? null : await runInBoth(session, [before, after], command)
    if (json) await printJson({ ...report, command: ran?.columns ?? null })
    else if (ran !== null) await print(describeCommand(ran.columns, colorsFor(process.stdout)))
    if (ran?.interrupted) return signalStatus(ran.interrupted)
    return isRed(report) || (ran !== null && ran.columns[1]?.state !== 'pass') ? 1 : 0
  } finally {
    closeSession(session)
  }
}

function titleOf({ name, spec, glibc }: Column): RolloutReport['from'] {
  return { name, spec, glibc }
}

/** What runs on neither is no matter of the change; what can't be read or decided must not pass. */
function isRed({ files, skipped }: RolloutReport): boolean {
  const isOpen = files.some(({ outcome }) => outcome === 'breaks' || outcome === 'undecided')
  return isOpen || skipped.some(({ code }) => code === 'unread')
}

async function runInBoth(session: Session, columns: readonly Column[], command: readonly string[]) {
  const signals = relaySignals()
  try {
    const endings = await runColumns(session, columns, command, { output: 'stderr', keepStderr: false, signals })
    return { ...reportOf(gridOf(session, resultsOf(endings)), columns, endings), interrupted: signals.received() }
  } finally {
    signals.stop()
  }
}
