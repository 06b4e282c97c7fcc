import { type CheckedSysroot, checkSysroots, isGlibcMatrixError } from '@glibc-matrix/core'
import { type Check, type Finding, notice, ok, problem } from './check.js'

export const sysroots: Check = {
  name: 'sysroots',
  look() {
    try {
      const checked = checkSysroots()
      if (checked.length === 0) return [notice('none is installed', 'Run: glibc-matrix add debian:SUITE')]
      return checked.map(judge)
    } catch (error) {
      if (!isGlibcMatrixError(error)) throw error
      return [problem(error.message, error.hint)]
    }
  },
}

function judge({ name, spec, path, faults }: CheckedSysroot): Finding {
  const [first] = faults
  const title = spec === null ? path : `${name} (${spec})`
  if (first === undefined) return ok(`${title}: every file as installed`)
  const others = faults.length === 1 ? '' : `, and ${faults.length - 1} more (glibc-matrix verify)`
  const hint =
    spec === null
      ? `Remove ${path}/${first.path}, and add the sysroot again`
      : `Run: glibc-matrix remove ${spec} && glibc-matrix add ${spec}`
  return problem(`${title}: ${first.path} is ${first.what}: ${first.detail}${others}`, hint)
}
