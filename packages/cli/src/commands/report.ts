import { readGrid, writeReports } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { reportFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { wantedReports } from '../output/wanted-reports.js'

/** Makes reports of a grid file that a run or a merge wrote. */
export async function run({ words, options }: Input<typeof reportFlags>): Promise<number> {
  if (options.report === undefined) throw usageError(usages.report, 'no --report KIND=FILE')
  const { incompatible, unproven } = await configWith(options)
  const grid = readGrid(words[0] as string)
  process.stderr.write(
    writeReports(grid, { ...wantedReports(options.report), incompatible, unproven, root: process.cwd() }),
  )
  return 0
}
