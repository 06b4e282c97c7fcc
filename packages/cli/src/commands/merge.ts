import {
  formatGrid,
  mergeBlobs,
  readBlobs,
  redCells,
  timingsOf,
  writeGrid,
  writeReports,
  writeTimings,
} from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import type { mergeFlags } from '../command-line/flags.js'
import { colorsFor } from '../output/colors.js'
import { print, printJson } from '../output/print.js'
import { wantedReports } from '../output/wanted-reports.js'

/** Makes one grid of the blobs of many runs; needs no sysroot and no config. */
export async function run({ words, options }: Input<typeof mergeFlags>): Promise<number> {
  const blobs = readBlobs(words)
  const { grid, rules } = mergeBlobs(blobs)
  const wanted = { ...wantedReports(options.report), ...rules, root: process.cwd() }
  if (options.out !== undefined) writeGrid(options.out, grid)
  if (options.timings !== undefined) writeTimings(options.timings, timingsOf(blobs))
  if (options.json) await printJson(grid)
  else await print(formatGrid(grid, { color: colorsFor(process.stdout).isColorSupported, ...rules }))
  process.stderr.write(writeReports(grid, wanted))
  return redCells(grid, rules).length > 0 || (grid.gaps ?? []).length > 0 ? 1 : 0
}
