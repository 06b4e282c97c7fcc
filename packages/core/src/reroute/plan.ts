import { basename } from 'node:path'
import type { Sysroot } from '../sysroot/sysroot.js'
import type { Command, Decision, Passthrough, PassthroughCode, Reroute } from './decision.js'
import { describeVerdict } from './describe-verdict.js'
import { lookThroughEnv } from './env-shebang.js'
import type { Execution } from './execute.js'
import { type Errno, knownFile } from './known-file.js'
import { linkedSysroot } from './linked-sysroot.js'
import { notLoadable } from './loadable.js'
import { locate } from './locate.js'
import type { PlanOptions } from './options.js'
import { isPrivileged } from './privileged.js'
import { isNamed, outOfScope } from './scope.js'
import { judge } from './verdict.js'

export type { PlanOptions } from './options.js'

/**
 * Decides what becomes of a command in a column: a function of the file system alone. It writes and starts nothing, so
 * the hook carries it out and `explain` prints it.
 */
export function plan(command: Command, sysroot: Sysroot, options: PlanOptions): Decision {
  return planFound(locate(command), command, sysroot, options)
}

/** The same for who has looked already what the command would execute. */
export function planFound(
  found: Execution | Errno,
  command: Command,
  sysroot: Sysroot,
  options: PlanOptions,
): Decision {
  if ('errno' in found) return refused(found)
  const execution = lookThroughEnv(found, command)
  const isNode = runsNode(execution, options)
  const isHostNode = isNode && options.runtime !== 'node' && !isNamed(execution.binary, options)
  if (isHostNode) return hostNode(execution, options.host ?? sysroot)
  const tool = isNode ? null : outOfScope(execution, options)
  if (tool?.code === 'emulator') return tool
  if (tool !== null) return { ...tool, follow: followable(execution, options.host ?? sysroot) }
  return notLoadable(execution, sysroot) ?? privileged(execution) ?? reroute(execution, command, sysroot, options)
}

function refused({ errno, path }: Errno): Passthrough {
  const code: PassthroughCode = errno === 'ENOENT' || errno === 'ENOTDIR' ? 'missing' : 'not-executable'
  const program = code === 'missing' ? null : path
  return {
    decision: 'passthrough',
    code,
    reason: `the kernel would refuse ${path} with ${errno}`,
    program,
    follow: null,
  }
}

function runsNode({ binary }: Execution, options: PlanOptions): boolean {
  return binary.id === nodeId(options) || /^node(js)?$/.test(basename(binary.real))
}

function hostNode(execution: Execution, host: Sysroot): Passthrough {
  const { asked, scripts } = execution
  const reason = scripts.length === 0 ? "it is Node, which keeps the host's libc and is followed" : 'a script of Node'
  return { decision: 'passthrough', code: 'node', reason, program: asked.real, follow: followable(execution, host) }
}

/** A tool of this machine with a glibc loader and no privilege of its own, which a loader would take from it. */
function followable(execution: Execution, host: Sysroot): Passthrough['follow'] {
  const { binary, args } = execution
  if (notLoadable(execution, host) !== null || isPrivileged(binary.real)) return null
  return { program: binary.real, args }
}

function privileged({ asked, binary }: Execution): Passthrough | null {
  if (!isPrivileged(binary.real)) return null
  const reason = `${binary.path} has a privilege (set-user-ID, set-group-ID) that a loader would take from it`
  return { decision: 'passthrough', code: 'privileged', reason, program: asked.real, follow: null }
}

const nodeIds = new WeakMap<PlanOptions, string>()

function nodeId(options: PlanOptions): string {
  let id = nodeIds.get(options)
  if (id === undefined) {
    const node = knownFile(options.node.path)
    id = 'errno' in node ? '' : node.id
    nodeIds.set(options, id)
  }
  return id
}

function reroute(execution: Execution, command: Command, sysroot: Sysroot, options: PlanOptions): Reroute {
  const { name, binary, scripts, args } = execution
  const verdict = judge(binary, command, sysroot, options)
  const linked = linkedSysroot(binary, options)
  const described = describeVerdict(verdict, binary.real, sysroot)
  return {
    decision: 'reroute',
    code: linked !== null ? 'linked' : scripts.length === 0 ? 'native' : 'shebang',
    reason: linked === null ? described : `linked to ${linked.spec} (${linked.glibc}); here ${described}`,
    program: binary.real,
    asked: { path: name, args: command.args },
    args,
    verdict,
  }
}
