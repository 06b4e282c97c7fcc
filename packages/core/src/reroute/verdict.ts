import type { ElfFile } from '../elf/elf-file.js'
import type { Sysroot } from '../sysroot/sysroot.js'
import { type Closure, closure } from './closure.js'
import type { Command, Verdict } from './decision.js'
import type { KnownFile } from './known-file.js'
import type { Loaded, Search } from './library-search.js'
import { otherRoots } from './linked-sysroot.js'
import { missingSymbols } from './musl-symbols.js'
import type { PlanOptions } from './options.js'
import { dependsOnCwd } from './search-path.js'
import { missingVersions } from './versions.js'

interface Remembered {
  readonly verdict: Verdict
  /** Null when the verdict is the same in every directory. */
  readonly cwd: string | null
}

type Memo = WeakMap<KnownFile, Map<string, Remembered>>

const memos = new WeakMap<PlanOptions, WeakMap<Sysroot, Memo>>()

/**
 * Predicts whether a program can load in a sysroot. Only a good verdict is remembered, as long as the program's stat stays:
 * a missing library may have been built since.
 */
export function judge(binary: KnownFile, command: Command, sysroot: Sysroot, options: PlanOptions): Verdict {
  const { LD_LIBRARY_PATH = '', LD_PRELOAD = '' } = command.env
  const key = `${LD_LIBRARY_PATH}\0${LD_PRELOAD}`
  const remembered = memos.get(options)?.get(sysroot)?.get(binary)?.get(key)
  if (remembered !== undefined && (remembered.cwd ?? command.cwd) === command.cwd) return remembered.verdict

  const content = binary.content()
  if (content.type !== 'elf') return { compatible: true, missing: [], missingLibraries: [], hostLibraries: [] }
  const search = searchFor(content.elf, command, sysroot, options)
  const main: Loaded = { path: binary.real, real: binary.real, id: binary.id, elf: content.elf, loader: null }
  const loads = closure(main, LD_PRELOAD, options.hostLibraries, search)
  const verdict = verdictOf(loads, search.isMusl ?? false)
  const cwd = isCwdBound(loads, command) ? command.cwd : null
  if (verdict.compatible) remember(binary, sysroot, options, key, { verdict, cwd })
  return verdict
}

function remember(
  binary: KnownFile,
  sysroot: Sysroot,
  options: PlanOptions,
  key: string,
  remembered: Remembered,
): void {
  const bySysroot = memos.get(options) ?? new WeakMap<Sysroot, Memo>()
  const byFile: Memo = bySysroot.get(sysroot) ?? new WeakMap()
  const byEnvironment = byFile.get(binary) ?? new Map<string, Remembered>()
  memos.set(options, bySysroot.set(sysroot, byFile.set(binary, byEnvironment.set(key, remembered))))
}

/** What ld.so's search for libraries depends on, for one command in a sysroot. */
export function searchFor(main: ElfFile, command: Command, sysroot: Sysroot, options: PlanOptions): Search {
  const { cwd, env } = command
  const lib = /\/(lib\/[\w-]+-linux-gnu\w*|lib64|lib)$/.exec(sysroot.libraryPath[0] ?? '')?.[1] ?? 'lib64'
  const others = otherRoots(sysroot, options)
  return {
    cwd,
    libraryPath: env.LD_LIBRARY_PATH,
    lib,
    platform: sysroot.machine,
    isMusl: sysroot.musl ?? false,
    sysroot,
    host: options.host,
    others,
    main,
  }
}

function verdictOf({ objects, byName, missing: missingLibraries, lent }: Closure, isMusl: boolean): Verdict {
  // Where a library is missing, so are all its symbols; those of an addon may be in the program that loads it.
  const isOpen = missingLibraries.length > 0 || objects[0]?.elf.kind === 'shared'
  const symbols = () => (isOpen ? [] : missingSymbols(objects))
  const missing = isMusl ? symbols() : missingVersions(objects, byName)
  const compatible = missing.length === 0 && missingLibraries.length === 0
  return { compatible, missing, missingLibraries, hostLibraries: lent }
}

function isCwdBound({ objects }: Closure, { env }: Command): boolean {
  const { LD_LIBRARY_PATH, LD_PRELOAD } = env
  const paths = objects.flatMap(({ elf }) => [elf.rpath, elf.runpath])
  const needsPath = objects.some(({ elf }) => elf.needed.some((name) => /^[^/]+\//.test(name)))
  return needsPath || [LD_LIBRARY_PATH, LD_PRELOAD, ...paths].some(dependsOnCwd)
}
