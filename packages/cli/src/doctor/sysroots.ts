import { type CheckedSysroot, checkSysroots, isGlibcMatrixError } from '@glibc-matrix/core'
import { type Check, type Finding, notice, ok, problem } from './check.js'

export const sysroots: Check = {
  name: 'sysroots',
  look() {
    try {
      const checked = checkSysroots()
      if (checked.length === 0) return [notice('none is installed', 'Run: glibc-matrix add debian:SUITE')]
      return different(checked).map((each, _, all) => judge(each, titleOf(each, all)))
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw error
      return [problem(error.message, error.hint)]
    }
  },
}

/** Two keys may lead to one tree, as the same packages asked for in two ways do. */
function different(checked: readonly CheckedSysroot[]): readonly CheckedSysroot[] {
  const identity = ({ name, spec, digest, key }: CheckedSysroot) => [name, spec, digest ?? key].join('\n')
  return [...new Map(checked.map((each) => [identity(each), each])).values()]
}

/** Those that differ in their packages alone have one name and one spec; their digests tell them apart, as `verify` shows them. */
function titleOf(sysroot: CheckedSysroot, all: readonly CheckedSysroot[]): string {
  const { name, spec, path, digest } = sysroot
  if (spec === null) return path
  const isAlone = all.every((other) => other === sysroot || other.name !== name || other.spec !== spec)
  return isAlone ? `${name} (${spec})` : `${name} (${spec}) ${digest?.slice(0, 12)}`
}

function judge({ spec, path, faults }: CheckedSysroot, title: string): Finding {
  const [first] = faults
  if (first === undefined) return ok(`${title}: every file as installed`)
  const others = faults.length === 1 ? '' : `, and ${faults.length - 1} more (glibc-matrix verify)`
  const hint =
    spec === null
      ? `Remove ${path}/${first.path}, and add the sysroot again`
      : `Run: glibc-matrix remove ${spec} && glibc-matrix add ${spec}`
  return problem(`${title}: ${first.path} is ${first.what}: ${first.detail}${others}`, hint)
}
