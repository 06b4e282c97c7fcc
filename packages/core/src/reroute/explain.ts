import type { Sysroot } from '../sysroot/sysroot.js'
import { byHand, envByHand } from './by-hand.js'
import type { Command, Decision, HostLibrary, MissingLibrary } from './decision.js'
import { emulatorName, findEmulator, needsEmulator } from './emulator.js'
import type { PlanOptions } from './options.js'
import { plan } from './plan.js'

/** What `glibc-matrix explain --json` prints. `compatible` is null where nothing was compared: the command passes through. */
export interface Explanation {
  readonly program: string | null
  readonly sysroot: { readonly name: string; readonly spec: string; readonly glibc: string }
  readonly decision: Decision['decision']
  readonly code: Decision['code']
  readonly reason: string
  readonly compatible: boolean | null
  /** Version names, each once. */
  readonly missing: readonly string[]
  readonly missingLibraries: readonly MissingLibrary[]
  readonly hostLibraries: readonly HostLibrary[]
  /** The command to run by hand, with raw ld.so. */
  readonly argv: readonly string[]
  /** What it needs in its environment besides the caller's. */
  readonly env: Readonly<Record<string, string>>
}

/** Plans a command and puts the answer in the words and shapes that people and scripts read. */
export function explain(command: Command, sysroot: Sysroot, options: PlanOptions): Explanation {
  const decision = plan(command, sysroot, options)
  const { name, spec, glibc } = sysroot
  const { code, reason, program } = decision
  const common = { program, sysroot: { name, spec, glibc }, code, reason }
  if (decision.decision === 'passthrough') {
    const argv = [command.file, ...command.args.slice(1)]
    const nothing = { compatible: null, missing: [], missingLibraries: [], hostLibraries: [] }
    return { ...common, decision: decision.decision, ...nothing, argv, env: {} }
  }
  const { compatible, missing, missingLibraries, hostLibraries } = decision.verdict
  return {
    ...common,
    decision: decision.decision,
    compatible,
    missing: [...new Set(missing.map(({ version }) => version))],
    missingLibraries,
    hostLibraries,
    argv: byHand(decision.program, decision.args, sysroot, command.env, hostLibraries, emulatorOf(sysroot, options)),
    env: envByHand(sysroot, command.env),
  }
}

/** One that is not installed is named all the same. */
function emulatorOf({ machine }: Sysroot, { host }: PlanOptions): string | null {
  if (host === null || !needsEmulator(machine, host.machine)) return null
  return findEmulator(machine) ?? emulatorName(machine)
}
