import type { Seal } from './seal.js'

/** What execve(2) gets for a rerouted program. */
export interface SealedCommand {
  readonly file: string
  readonly args: readonly string[]
}

// packages/native/c/shim.c reads this trailer back: mark, 16 characters of id, length of the name in 8 hex digits.
const mark = '\u0001gm1'

/** `id` of a spawn: 8 hex digits of the journal and 8 of a counter. */
export type SpawnId = string

/**
 * `ld.so program args`, with what the shim must know in ld.so's own argv[0]: it is the one string that the program never
 * sees, and unlike `--argv0` every glibc has it.
 */
export function sealedCommand(seal: Seal, program: string, args: readonly string[], id: SpawnId, env: Readonly<Record<string, string>>): SealedCommand {
  const [name = program, ...rest] = args
  const length = Buffer.byteLength(name).toString(16).padStart(8, '0')
  return { file: seal.loader, args: [`${name}${mark}${id}${length}`, ...options(seal, env), program, ...rest] }
}

/** --library-path replaces LD_LIBRARY_PATH (ld.so(8)), so the caller's own comes first, as in a plain exec. */
function options(seal: Seal, env: Readonly<Record<string, string>>): string[] {
  if (seal.libraryPath.length === 0) return []
  const own = env.LD_LIBRARY_PATH
  return ['--library-path', [...(own === undefined || own === '' ? [] : [own]), ...seal.libraryPath].join(':')]
}
