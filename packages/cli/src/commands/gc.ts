import { collectGarbage } from '@glibc-matrix/core/store'
import type { Input } from '../command-line/command.js'
import type { jsonFlag } from '../command-line/flags.js'
import { print, printJson } from '../output/print.js'

/** Removes what nothing leads to, and tells what that was. */
export async function run({ options }: Input<typeof jsonFlag>): Promise<number> {
  const removed = await collectGarbage()
  if (options.json) {
    await printJson(removed)
    return 0
  }
  const bytes = removed.reduce((sum, each) => sum + each.bytes, 0)
  const lines = removed.map(({ kind, path }) => `removed ${kind} ${path}\n`)
  await print(`${lines.join('')}${removed.length} removed, ${(bytes / 1e6).toFixed(1)} MB\n`)
  return 0
}
