import { removeSysroot } from '@glibc-matrix/core/store'
import type { Input } from '../command-line/command.js'
import type { Flags } from '../command-line/flags.js'
import { describeFailure } from '../output/failure.js'
import { print } from '../output/print.js'

/** Removes each, as rm does: one that isn't there keeps the others from nothing, and the exit status tells. */
export async function run({ words }: Input<Flags>): Promise<number> {
  let failed = false
  for (const word of new Set(words)) {
    try {
      for (const { name, spec } of await removeSysroot(word)) await print(`removed ${name} (${spec})\n`)
    } catch (error) {
      if (words.length === 1) throw error
      failed = true
      process.stderr.write(describeFailure(error))
    }
  }
  return failed ? 1 : 0
}
