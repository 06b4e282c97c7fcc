import { type Column, inspect, plan, type ResolvedConfig } from '@glibc-matrix/core'
import { commandFault } from './command-fault.js'
import { commandHere, hostSysroot, planOptions } from './here.js'

/** To be asked when the columns are known: a command of another machine needs one of that machine. */
export type MachineCheck = (columns: readonly Column[]) => void

/** A command that can't be started fails here, before a sysroot is downloaded for it. */
export async function refuseUnstartable(command: readonly string[], config: ResolvedConfig): Promise<MachineCheck> {
  if (process.platform !== 'linux') return () => {}
  const host = await hostSysroot()
  const decision = plan(commandHere(command), host, { ...planOptions(config, host), always: true })
  const fault = commandFault(command[0] as string, decision)
  if (fault === null) return () => {}
  const inspection = decision.program === null ? null : inspect(decision.program)
  if (fault.code !== 'PROGRAM_FOREIGN' || inspection === null || 'error' in inspection) throw fault
  return (columns) => {
    if (!columns.some(({ sysroot }) => sysroot?.machine === inspection.machine)) throw fault
  }
}
