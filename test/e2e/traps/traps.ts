import { kitOf, type Trap } from './kit.js'
import { languages } from './languages.js'
import { linking } from './linking.js'
import { names } from './names.js'
import { scripts } from './scripts.js'
import { shells } from './shells.js'
import { starts } from './starts.js'
import { surroundings } from './surroundings.js'
import type { World } from './world.js'

export type { Allowed, Trap } from './kit.js'

export type GroupedTrap = Trap & { readonly group: string }

/** The traps by what they are about, in the order of the table in docs/traps.md. None may end as a tick on the wrong libc. */
export function trapsOf(world: World): GroupedTrap[] {
  const kit = kitOf(world)
  return Object.entries(groups).flatMap(([group, make]) =>
    make(kit).map((trap) => ({ ...trap, needs: trap.needs ?? needs[trap.name], group })),
  )
}

const groups = {
  "No libc to exchange, or the host's asked for": linking,
  'Shells and tools of the host': shells,
  'Scripts and launchers': scripts,
  'Other languages': languages,
  'Ways to start a program': starts,
  'Names of a file': names,
  'Environment, limits, users, debuggers': surroundings,
}

const tools = [
  ...['make', 'flock', 'script(1)', 'strace', 'gdb', 'valgrind', 'ASan', 'perl', 'script of python'],
  ...['script without #!, by python', 'python subprocess', 'python subprocess, close_fds and cwd'],
  ...['python os.posix_spawn', 'python multiprocessing', 'python ctypes, raw'],
]
const root = [
  ...['chroot', 'set-user-ID', 'set-user-ID in a shell', 'another user', "another user's shell", 'setpriv'],
  ...['setpriv, then a shell', 'another user, who may not read it', '/etc/ld.so.preload of the host'],
]
const needs: Readonly<Record<string, Trap['needs']>> = Object.fromEntries([
  ...tools.map((name) => [name, 'tools']),
  ...root.map((name) => [name, 'root']),
])
