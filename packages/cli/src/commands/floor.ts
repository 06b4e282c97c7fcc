import { closeSession, compareGlibc, type ResolvedConfig, searchFloor, staticFloors } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { floorFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { candidates } from '../floor/candidates.js'
import { describeFloor, type FloorReport, isAbove } from '../floor/describe.js'
import { gridFloors } from '../floor/of-grid.js'
import { tryColumn } from '../floor/try-column.js'
import { colorsFor } from '../output/colors.js'
import { print, printJson } from '../output/print.js'
import { commandHere, hostSysroot, planOptions } from '../plan/here.js'
import { refuseUnstartable } from '../plan/refuse-unstartable.js'
import { relaySignals, signalStatus } from '../run/signals.js'

/** Finds the lowest glibc that a command works on, by running it; beside what the files say. */
export async function run({ command, options }: Input<typeof floorFlags>): Promise<number> {
  if (options.grid !== undefined) return gridFloors(options.grid, options)
  if (command.length === 0) throw usageError(usages.floor, 'no COMMAND after `--`, and no --grid')
  const config = await configWith(options)
  const checkMachine = await refuseUnstartable(command, config)
  const { session, columns } = await candidates(options.sysroot, config, options.with)
  const signals = relaySignals()
  try {
    checkMachine(columns)
    const tries: FloorReport['columns'][number][] = []
    const search = await searchFloor(columns.length, async (index) => {
      const tried = await tryColumn(session, columns[index] as (typeof columns)[number], command, signals)
      tries[index] = tried.column
      return tried.outcome
    })
    const floor = search.floor === null ? null : (columns[search.floor]?.glibc ?? null)
    const isBroken = (glibc: string, index: number) =>
      search.outcomes[index] === 'fails' && floor !== null && compareGlibc(glibc, floor) >= 0
    const report: FloorReport = {
      format: 1,
      floor,
      columns: columns.map(({ name, spec, glibc }, index) => tries[index] ?? { name, spec, glibc, state: null }),
      broken: columns.flatMap(({ name, glibc }, index) => (isBroken(glibc, index) ? [name] : [])),
      static: await filesOf(command, config),
    }
    if (options.json) await printJson(report)
    else await print(describeFloor(report, options.max ?? null, colorsFor(process.stdout)))
    const interrupted = signals.received()
    if (interrupted !== null) return signalStatus(interrupted)
    return report.floor === null || isAbove(report.floor, options.max ?? null) ? 1 : 0
  } finally {
    signals.stop()
    closeSession(session)
  }
}

async function filesOf(command: readonly string[], config: ResolvedConfig): Promise<FloorReport['static']> {
  const host = await hostSysroot()
  return staticFloors(commandHere(command), host, planOptions(config, host))
}
