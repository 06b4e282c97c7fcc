import type { ElfFile } from '../../elf/elf-file.js'
import { libcOf } from '../../elf/loader-names.js'
import type { Sysroot } from '../../sysroot/sysroot.js'
import type { Verdict } from '../decision.js'
import { describeVerdict } from '../describe-verdict.js'
import { knownFile } from '../known-file.js'
import type { PlanOptions } from '../options.js'
import { judge } from '../verdict.js'

/** Whether an addon and its libraries can load in a sysroot. */
export interface AddonVerdict {
  readonly verdict: Verdict
  /** By symbol and library; null when it can load. */
  readonly refusal: string | null
}

/** Judges an addon as a program is judged; null for a file that is none of this sysroot's machine, or is another libc's. */
export function judgeAddon(path: string, sysroot: Sysroot, options: PlanOptions, cwd: string): AddonVerdict | null {
  const file = knownFile(path)
  if ('errno' in file) return null
  const content = file.content()
  if (content.type !== 'elf' || !isOf(content.elf, sysroot)) return null
  const { LD_LIBRARY_PATH = '' } = process.env
  const verdict = judge(file, { file: path, args: [path], cwd, env: { LD_LIBRARY_PATH } }, sysroot, options)
  return { verdict, refusal: verdict.compatible ? null : describeVerdict(verdict, file.real, sysroot) }
}

/** One that names no libc may be anybody's: it is judged as glibc's. */
function isOf(elf: ElfFile, { machine, musl }: Sysroot): boolean {
  return elf.machine === machine && (libcOf(elf) === 'musl') === (musl ?? false)
}
