import { type LinkerTool, linkerFlags, linkerTools } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { linkFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { print } from '../output/print.js'
import { installed } from '../sysroots/install.js'
import { sysrootNamed } from '../sysroots/request.js'

/** Prints the flags that link a program to a sysroot's loader and libraries. */
export async function run({ options }: Input<typeof linkFlags>): Promise<number> {
  if (options.sysroot === undefined) throw usageError(usages.flags, 'no --sysroot')
  const tool = options.for ?? 'cc'
  if (!isTool(tool)) throw usageError(usages.flags, `--for '${tool}' is none of ${linkerTools.join(', ')}`)
  const config = await configWith(options)
  const sysroot = await installed(await sysrootNamed(options.sysroot, config, options.with), config)
  await print(`${linkerFlags(sysroot, tool)}\n`)
  return 0
}

function isTool(name: string): name is LinkerTool {
  return linkerTools.includes(name as LinkerTool)
}
