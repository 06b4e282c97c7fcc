import { resolve } from 'node:path'
import { explain, patchProgram } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { sysrootFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { commandHere, hostSysroot, planOptions } from '../plan/here.js'
import { installed } from '../sysroots/install.js'
import { sysrootNamed } from '../sysroots/request.js'

/** Writes a copy of a program that runs on a sysroot without us. */
export async function run({ words, options }: Input<typeof sysrootFlags>): Promise<number> {
  const [input, output] = words as [string, string]
  if (options.sysroot === undefined) throw usageError(usages.patch, 'no --sysroot')
  const config = await configWith(options)
  const sysroot = await installed(await sysrootNamed(options.sysroot, config, options.with), config)
  patchProgram(input, output, sysroot)
  const { compatible, reason } = explain(
    commandHere([resolve(input)]),
    sysroot,
    planOptions(config, await hostSysroot()),
  )
  if (compatible === false) process.stderr.write(`glibc-matrix: ${output} won't start there as it is: ${reason}\n`)
  return 0
}
