import { existsSync } from 'node:fs'
import {
  type BaselineChanges,
  baselineOf,
  compareBaseline,
  gate,
  inspectBelow,
  isGlibcVersion,
  readBaseline,
  writeBaseline,
} from '@glibc-matrix/core'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { print, printJson } from '../output/print.js'
import { describeGate } from './describe-gate.js'

export interface GateOptions {
  readonly max?: string | undefined
  readonly baseline?: string | undefined
  readonly update?: boolean | undefined
  readonly json?: boolean | undefined
}

/** Floors of whole trees and tarballs, held against a limit and a baseline. Exit 1 when one is above, has risen, is fresh or can't be read. */
export async function runGate(paths: readonly string[], options: GateOptions): Promise<number> {
  const { max = null, baseline = null } = options
  if (max !== null && !isGlibcVersion(max))
    throw usageError(usages.inspect, `--max '${max}' is no version such as 2.28`)
  if (options.update && baseline === null) throw usageError(usages.inspect, '--update without --baseline FILE')

  const files = gate(await inspectBelow(paths), max)
  const isUnread = files.some(({ error }) => error !== null)
  const changes = baseline === null ? null : changesFrom(baseline, files, options.update === true && !isUnread)
  if (options.json) await printJson({ format: 1, max, files, baseline: baseline && { file: baseline, ...changes } })
  else await print(describeGate(files, max, changes, baseline))

  const isAbove = files.some(({ above }) => above)
  const needsReview = changes !== null && changes.risen.length + changes.fresh.length > 0
  return isAbove || isUnread || (needsReview && !options.update) ? 1 : 0
}

/** What is about to be, or would have to be, agreed to. A first baseline has nothing to differ from. */
function changesFrom(file: string, files: ReturnType<typeof gate>, update: boolean): BaselineChanges {
  const now = baselineOf(file, files)
  const changes = compareBaseline(update && !existsSync(file) ? now : readBaseline(file), now)
  if (update) writeBaseline(file, now)
  return changes
}
