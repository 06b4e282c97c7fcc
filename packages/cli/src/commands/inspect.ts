import { inspect, isDirectory, isTarball } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import type { inspectFlags } from '../command-line/flags.js'
import { describeFile } from '../inspect/describe-file.js'
import { runGate } from '../inspect/run-gate.js'
import { print, printJson } from '../output/print.js'

/** Reads files without running them. */
export async function run({ words, options }: Input<typeof inspectFlags>): Promise<number> {
  const { max, baseline, update } = options
  const isGate = max !== undefined || baseline !== undefined || update === true
  if (isGate || words.some((word) => isDirectory(word) || isTarball(word))) return runGate(words, options)

  const inspections = words.map(inspect)
  if (options.json) await printJson(inspections)
  else await print(inspections.map(describeFile).join('\n'))
  return inspections.some((each) => 'error' in each) ? 1 : 0
}
