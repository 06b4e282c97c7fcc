import { realpathSync } from 'node:fs'
import type { Sysroot } from '../sysroot/sysroot.js'
import type { Command, Reroute, Verdict } from './decision.js'
import { isForeign } from './library-search.js'
import { elfAt } from './loadable.js'
import type { PlanOptions } from './options.js'
import { searchDirectories } from './search-path.js'
import { searchFor } from './verdict.js'

/** A program's own search path that names directories of the host, or of a sysroot that it was linked to. */
export interface BesideHost {
  /** What goes before the sysroot's libraries: bundled ones win. */
  readonly own: readonly string[]
  /** What goes after them: a libc's family is never taken from there. */
  readonly host: readonly string[]
}

const memos = new WeakMap<Verdict, BesideHost | null>()

/**
 * On an old system /usr/lib holds the old libc, so a DT_RPATH, DT_RUNPATH or LD_LIBRARY_PATH that names it does no harm;
 * here it would bring in the host's. Null when the program names none, and ld.so's own search is right as it is.
 */
export function besideHost(
  { program, verdict }: Reroute,
  command: Command,
  sysroot: Sysroot,
  options: PlanOptions,
): BesideHost | null {
  // A verdict is remembered for the same file, paths and cwd, on which this depends too.
  const remembered = memos.get(verdict)
  if (remembered !== undefined) return remembered
  const answer = judge(program, command, sysroot, options)
  memos.set(verdict, answer)
  return answer
}

function judge(program: string, command: Command, sysroot: Sysroot, options: PlanOptions): BesideHost | null {
  const elf = elfAt(program)
  if (elf === null || sysroot.path === '/') return null
  const search = searchFor(elf, command, sysroot, options)
  const directories = searchDirectories({ path: program, elf, loader: null }, search)
  const host = directories.filter((directory) => isForeign(`${realOf(directory)}/.`, search))
  if (host.length === 0) return null
  return { own: directories.filter((directory) => !host.includes(directory)), host }
}

function realOf(directory: string): string {
  try {
    return realpathSync(directory)
  } catch {
    return directory
  }
}
