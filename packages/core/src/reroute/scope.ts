import { basename, normalize, relative, resolve } from 'node:path'
import picomatch from 'picomatch'
import type { Passthrough } from './decision.js'
import type { Execution } from './execute.js'
import { type KnownFile, knownFile } from './known-file.js'
import { isEmulator, launcherKind } from './launchers.js'
import type { PlanOptions } from './options.js'
import { systemDirectoryOf } from './system-directories.js'

const memos = new WeakMap<PlanOptions, Map<string, Passthrough | null>>()

/**
 * Decides whether a command counts as a program under test; null when it does. By default every program outside of the
 * system directories counts; `exclude` takes away, `programs` narrows, and names a system tool explicitly.
 */
export function outOfScope(execution: Execution, options: PlanOptions): Passthrough | null {
  const memo = memos.get(options) ?? new Map<string, Passthrough | null>()
  memos.set(options, memo)
  const { asked, binary } = execution
  const key = asked === binary ? `${asked.path}\0${asked.real}` : `${asked.path}\0${asked.real}\0${binary.real}`
  const remembered = memo.get(key)
  if (remembered !== undefined) return remembered
  const answer = judge(execution, options)
  memo.set(key, answer)
  return answer
}

function judge(execution: Execution, options: PlanOptions): Passthrough | null {
  const { asked, scripts, binary } = execution
  const files = [...new Set([asked, ...scripts, binary])]
  const pass = (code: Passthrough['code'], reason: string): Passthrough => ({
    decision: 'passthrough',
    code,
    reason,
    program: asked.real,
    follow: null,
  })

  const always = options.always === true
  const excludedBy = always
    ? undefined
    : options.exclude.find((glob) => files.some((file) => matches(glob, file, options)))
  if (excludedBy !== undefined) return pass('excluded', `excluded by '${excludedBy}'`)

  const namedBy = options.programs?.find((glob) => files.some((file) => matches(glob, file, options)))
  if (namedBy !== undefined && isExplicit(namedBy)) return null

  const emulator = files.find(({ path, real }) => isEmulator(path) || isEmulator(real))
  if (emulator !== undefined)
    return pass('emulator', `${basename(emulator.path)} is an emulator, which runs others on a libc of its own choice`)

  const directory = systemDirectory(asked, options)
  const suspects = directory !== null && !always ? [asked] : files
  const launcher = suspects.find((file) => startsOthers(file, always, options))
  if (launcher !== undefined)
    return pass('launcher', `${basename(launcher.path)} is a tool of the host that starts others`)
  if (always) return null

  if (directory !== null) return pass('system-tool', `lies in the system directory ${directory}`)
  if (systemDirectory(binary, options) !== null) {
    return pass('launcher', `a script of ${binary.path}, a tool of the host`)
  }
  if (options.programs !== null && namedBy === undefined) return pass('excluded', 'no glob of `programs` matches it')
  return null
}

/** Whether `programs` names this very file, as it may a project's own program that is called `node`. */
export function isNamed(file: KnownFile, options: PlanOptions): boolean {
  return options.programs?.some((glob) => isExplicit(glob) && matches(glob, file, options)) ?? false
}

const named = new WeakMap<PlanOptions, readonly string[]>()

/** Real paths of the programs that `programs` names without a glob: what a mount namespace can show from the start. */
export function namedPrograms(options: PlanOptions): readonly string[] {
  const known = named.get(options) ?? (options.programs ?? []).flatMap((glob) => namedFile(glob, options))
  named.set(options, known)
  return known
}

function namedFile(glob: string, { root }: PlanOptions): string[] {
  if (!glob.includes('/') || (picomatch.scan(glob).isGlob ?? false)) return []
  const file = knownFile(resolve(root, glob))
  return 'errno' in file || file.content().type !== 'elf' ? [] : [file.real]
}

/** A glob without a slash matches the file's name anywhere, an absolute one its path, any other its path below the root. */
function matches(glob: string, file: KnownFile, { root }: PlanOptions): boolean {
  const pattern = glob.replace(/^\.\//, '')
  return [normalize(file.path), file.real].some((path) => {
    if (!pattern.includes('/') && !pattern.includes('**')) return matcher(pattern)(basename(path))
    if (pattern.startsWith('/')) return matcher(pattern)(path)
    const below = relative(root, path)
    return below.startsWith('..') === pattern.startsWith('..') && matcher(pattern)(below)
  })
}

const matchers = new Map<string, (path: string) => boolean>()

function matcher(pattern: string): (path: string) => boolean {
  const compiled = matchers.get(pattern) ?? picomatch(pattern, { dot: true })
  matchers.set(pattern, compiled)
  return compiled
}

/** `**` must not sweep in the system's tools: only an absolute glob or a plain name may. */
function isExplicit(glob: string): boolean {
  return glob.startsWith('/') || !(picomatch.scan(glob).isGlob ?? false)
}

/** With `always` (the COMMAND of `run`) an interpreter counts as a program, but a shell would prove nothing. */
function startsOthers(file: KnownFile, always: boolean, options: PlanOptions): boolean {
  if (systemDirectory(file, options) === null) return false
  const kinds = [launcherKind(file.path), launcherKind(file.real)]
  return kinds.includes('wrapper') || (!always && kinds.includes('interpreter'))
}

/** A project below a system directory (/usr/share/app) is the project's, not the system's. */
function systemDirectory({ real }: KnownFile, { root }: PlanOptions): string | null {
  const directory = systemDirectoryOf(real)
  if (directory === null) return null
  return root.startsWith(`${directory}/`) && real.startsWith(`${root}/`) ? null : directory
}
