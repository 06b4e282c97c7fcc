import type { Sysroot } from '../sysroot/sysroot.js'
import type { KnownFile } from './known-file.js'
import type { PlanOptions } from './options.js'

/** The sysroot, of those known, that a program was linked or patched to run on, by its interpreter; null for most programs. */
export function linkedSysroot(binary: KnownFile, { sysroots = [] }: PlanOptions): Sysroot | null {
  const content = binary.content()
  const interpreter = content.type === 'elf' ? content.elf.interpreter : null
  if (interpreter === null) return null
  return sysroots.find(({ path }) => path !== '/' && interpreter.startsWith(`${path}/`)) ?? null
}

/** Roots of the sysroots whose libc must not come into a column, though a program's search path names it. */
export function otherRoots(sysroot: Sysroot, { sysroots = [] }: PlanOptions): readonly string[] {
  return sysroots.map(({ path }) => path).filter((path) => path !== '/' && path !== sysroot.path)
}
