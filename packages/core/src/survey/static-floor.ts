import type { Floor } from '../elf/elf-file.js'
import { readFloor } from '../elf/floor.js'
import { compareGlibc } from '../glibc-version.js'
import { closure } from '../reroute/closure.js'
import type { Command } from '../reroute/decision.js'
import { hostLibraryDirs } from '../reroute/host-directories.js'
import { knownFile } from '../reroute/known-file.js'
import type { Loaded } from '../reroute/library-search.js'
import type { PlanOptions } from '../reroute/options.js'
import { plan } from '../reroute/plan.js'
import { systemDirectoryOf } from '../reroute/system-directories.js'
import { searchFor } from '../reroute/verdict.js'
import type { Sysroot } from '../sysroot/sysroot.js'

/** A program, or a library that it brings, and its floor. */
export interface StaticFloor {
  readonly path: string
  readonly floor: Floor
}

/**
 * What the files alone say of a command's floor: that of its program and of the libraries that it brings along, the highest
 * first. Libraries of the system don't count, another system has others. Null where the files say nothing: a shell, a
 * static program.
 */
export function staticFloors(command: Command, host: Sysroot, options: PlanOptions): readonly StaticFloor[] | null {
  const decision = plan(command, host, { ...options, always: true, runtime: 'node' })
  if (decision.decision !== 'reroute') return null
  const file = knownFile(decision.program)
  const content = 'errno' in file ? null : file.content()
  if ('errno' in file || content?.type !== 'elf') return null
  const main: Loaded = { path: file.real, real: file.real, id: file.id, elf: content.elf, loader: null }
  const search = searchFor(content.elf, command, host, options)
  const { objects } = closure(main, command.env.LD_PRELOAD, 'allow', search)
  const floors = objects
    .filter((object) => object === main || isBrought(object.real))
    .flatMap(({ real }) => {
      const floor = readFloor(real)
      return floor === null ? [] : [{ path: real, floor }]
    })
  return floors.sort((a, b) => compareGlibc(b.floor.glibc, a.floor.glibc))
}

function isBrought(real: string): boolean {
  const directories = hostLibraryDirs()
  return systemDirectoryOf(real) === null && !directories.some((directory) => real.startsWith(`${directory}/`))
}
