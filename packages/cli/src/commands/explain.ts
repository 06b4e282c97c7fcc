import { explain, shellWords } from '@glibc-matrix/core'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { explainFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { libcName } from '../output/libc-name.js'
import { print, printJson } from '../output/print.js'
import { commandFault } from '../plan/command-fault.js'
import { commandHere, hostSysroot, planOptions } from '../plan/here.js'
import { installed } from '../sysroots/install.js'
import { sysrootNamed } from '../sysroots/request.js'

/** Shows the plan of a command as a test would spawn it. A command that can't be started is explained, and then an error. */
export async function run({ words, command, options }: Input<typeof explainFlags>): Promise<number> {
  const [file, ...rest] = [...words, ...command]
  if (file === undefined) throw usageError(usages.explain, 'no PROGRAM')
  if (options.sysroot === undefined) throw usageError(usages.explain, 'no --sysroot')
  const config = await configWith(options)
  const sysroot = await installed(await sysrootNamed(options.sysroot, config, options.with), config)
  const explanation = explain(commandHere([file, ...rest]), sysroot, planOptions(config, await hostSysroot()))
  await (options.json ? printJson(explanation) : print(describe(explanation)))
  const fault = commandFault(file, explanation)
  if (fault !== null) throw fault
  return 0
}

function describe(explanation: ReturnType<typeof explain>): string {
  const { program, sysroot, decision, code, reason, compatible, argv, env } = explanation
  const verdict =
    compatible === null ? 'not compared: it does not run on this libc' : compatible ? 'compatible' : 'incompatible'
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  return [
    `program   ${program ?? 'none'}`,
    `sysroot   ${sysroot.name} (${sysroot.spec}, ${libcName(sysroot.glibc)})`,
    `decision  ${decision} (${code})`,
    `reason    ${reason}`,
    `verdict   ${verdict}`,
    `by hand   ${shellWords([...variables, ...argv])}`,
    '',
  ].join('\n')
}
