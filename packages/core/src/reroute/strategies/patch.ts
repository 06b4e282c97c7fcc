import { elfAt } from '../loadable.js'
import { type PatchedCopy, patchedCopy } from './patched-copy.js'
import { type Start, type Strategy, spawnVariable } from './strategy.js'

/** The program is a copy whose PT_INTERP is the sealed loader: /proc/self/exe is a file with the program's own bytes. */
export const patch: Strategy = {
  name: 'patch',
  refusal(start) {
    const made = patchedFor(start, true)
    return 'refusal' in made ? made.refusal : null
  },
  command(start) {
    const made = patchedFor(start, true)
    const file = 'copy' in made ? made.copy : start.program
    return { file, args: start.args, env: [spawnVariable(start.id, start.program)] }
  },
}

type Patchable = Pick<Start, 'seal' | 'program' | 'env' | 'beside'>

/** The copy that this start needs; made when there is none yet. `moved`: it runs from where it lies. */
export function patchedFor(start: Patchable, moved: boolean): PatchedCopy {
  return patchedCopy(start.program, start.seal.loader, searchPathOf(start), moved, start.seal.preload ?? null)
}

/** As `loader` gives it by --library-path (../loader.ts); a copy has no command line of ld.so, but a DT_RPATH. */
export function searchPathOf({ seal, program, env, beside }: Patchable): string | null {
  if (beside !== null && seal.libraries !== null) return [...beside.own, seal.libraries, ...beside.host].join(':')
  if (seal.libraryPath.length === 0) return null
  const elf = elfAt(program)
  const given = env.LD_LIBRARY_PATH?.replaceAll(';', ':')
  const own = elf?.runpath == null ? [elf?.rpath, given] : [given, elf.runpath]
  return [...own.filter((path) => path), ...seal.libraryPath].join(':')
}
