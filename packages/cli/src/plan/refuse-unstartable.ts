import { plan, type ResolvedConfig } from '@glibc-matrix/core'
import { commandFault } from './command-fault.js'
import { commandHere, hostSysroot, planOptions } from './here.js'

/** A command that can't be started fails here, before a sysroot is downloaded for it. */
export async function refuseUnstartable(command: readonly string[], config: ResolvedConfig): Promise<void> {
  if (process.platform !== 'linux') return
  const host = await hostSysroot()
  const decision = plan(commandHere(command), host, { ...planOptions(config, host), always: true })
  const fault = commandFault(command[0] as string, decision)
  if (fault !== null) throw fault
}
