import { basename } from 'node:path'
import type { BesideHost } from './beside-host.js'
import type { Follow } from './decision.js'
import type { Runtime } from './options.js'
import type { Seal } from './seal.js'

/** What execve(2) gets for a rerouted program. */
export interface SealedCommand {
  readonly file: string
  readonly args: readonly string[]
  /** Entries to add to the child's environment; the shim takes them out again before main. */
  readonly env?: readonly string[]
}

// packages/native/c/trailer.h reads this back: mark, 16 characters of id, 16 of the start's token (zeros for the hook's
// own start), kind, 15 bytes of comm with '/' behind, length of the name in 8 hex digits.
const mark = '\u0001gm2'

/** The token of the process that the hook itself starts. */
export const rootToken = '0'.repeat(16)

/** `id` of a spawn: 8 hex digits of the journal and 8 of a counter, whose highest bit tells that Node is in the column. */
export type SpawnId = string

/** packages/native/c/trailer.h reads the bit back, in every process of the tree. */
export function spawnId(journal: string, count: number, runtime: Runtime): SpawnId {
  return journal + ((runtime === 'node' ? 0x80000000 : 0) + count).toString(16).padStart(8, '0')
}

/**
 * `ld.so program args`, with what the shim must know in the string before the program's path: ld.so's own argv[0], which
 * the program never sees, and which unlike `--argv0` every glibc has. Where options stand between, the last one carries it;
 * an empty name at the head of --inhibit-rpath is the program's own (glibc elf/dl-load.c, decompose_rpath).
 */
export function sealedCommand(
  seal: Seal,
  program: string,
  args: readonly string[],
  id: SpawnId,
  env: Readonly<Record<string, string>>,
  beside: BesideHost | null = null,
  asked: string = program,
): SealedCommand {
  const [name = program, ...rest] = args
  const told = name + trailer(name, id, 'p', asked)
  const command = (args: readonly string[]) => emulated(seal, id, args)
  if (seal.preload) return muslCommand(seal, id, seal.preload, [told, program, ...rest], env, beside)
  if (beside !== null && seal.libraries !== null) {
    const path = [...beside.own, seal.libraries, ...beside.host].join(':')
    return command([name, '--library-path', path, '--inhibit-rpath', `:${told}`, program, ...rest])
  }
  if (seal.libraryPath.length === 0) return command([told, program, ...rest])
  const options = ['--library-path', libraryPath(seal, env), '--inhibit-rpath', told]
  return command([name, ...options, program, ...rest])
}

/** A static program has no libc to exchange, but may need an emulator too. */
export function staticCommand(seal: Seal, program: string, asked: SealedCommand, id: SpawnId): SealedCommand {
  return seal.emulator ? emulated({ ...seal, loader: program }, id, asked.args) : asked
}

/**
 * Options of qemu-user: no prefix to look for files in (`-L /`), and the argv[0] that the loader gets. The helper makes the
 * kernel count a tree that is of another machine (packages/native/c/emulate.c).
 */
function emulated(
  { loader, emulator = null, helper = null }: Seal,
  id: SpawnId,
  args: readonly string[],
): SealedCommand {
  const [name = '', ...rest] = args
  const argv = emulator === null ? args : [emulator, '-L', '/', '-0', name, loader, ...rest]
  return helper === null ? { file: emulator ?? loader, args: argv } : { file: helper, args: [helper, id, ...argv] }
}

/**
 * musl's loader has no string that it skips: `--argv0` carries it, and the shim takes it out of argv[0]. The loader's own argv[0]
 * says where it lies. `--preload` takes the place of LD_PRELOAD.
 */
function muslCommand(
  seal: Seal,
  id: SpawnId,
  preload: string,
  told: readonly string[],
  env: Readonly<Record<string, string>>,
  beside: BesideHost | null,
): SealedCommand {
  const preloads = [preload, env.LD_PRELOAD].filter((path) => path).join(':')
  const path = beside === null ? null : [...beside.own, seal.libraries, ...beside.host].join(':')
  const searched = path === null ? [] : ['--library-path', path]
  return emulated(seal, id, [seal.loader, '--preload', preloads, ...searched, '--argv0', ...told])
}

/** The same for a tool of the host, on the host's own libc. */
export function followedCommand(seal: Seal, { program, args }: Follow, id: SpawnId, asked = program): SealedCommand {
  const [name = program, ...rest] = args
  return { file: seal.hostLoader, args: [name + trailer(name, id, 't', asked), program, ...rest] }
}

let last = { name: '', kind: '', asked: '', ending: '' }

/** All but the id is mostly what it was at the start before. */
function trailer(name: string, id: SpawnId, kind: 'p' | 't', asked: string): string {
  if (last.name !== name || last.kind !== kind || last.asked !== asked) {
    const length = Buffer.byteLength(name).toString(16).padStart(8, '0')
    last = { name, kind, asked, ending: `${rootToken}${kind}${commOf(asked)}${length}` }
  }
  return mark + id + last.ending
}

/** The last name of what was executed, in 15 bytes, as the kernel keeps it (proc_pid_comm(5)). */
function commOf(asked: string): string {
  let comm = basename(asked)
  while (Buffer.byteLength(comm) > 15) comm = comm.slice(0, -1)
  return comm + '/'.repeat(15 - Buffer.byteLength(comm))
}

/** --library-path replaces LD_LIBRARY_PATH (ld.so(8)), so the caller's own comes first, as in a plain exec. */
function libraryPath(seal: Seal, env: Readonly<Record<string, string>>): string {
  const own = env.LD_LIBRARY_PATH
  return [...(own === undefined || own === '' ? [] : [own]), ...seal.libraryPath].join(':')
}
