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

function judge({ name, spec, path, fault }: CheckedSysroot): Finding {
  const title = spec === null ? path : `${name} (${spec})`
  if (fault === null) return ok(`${title}: every file as installed`)
  const hint =
    spec === null ? `Remove the directory ${path}` : `Run: glibc-matrix remove ${spec} && glibc-matrix add ${spec}`
  return problem(`${title}: ${fault}`, hint)
}
