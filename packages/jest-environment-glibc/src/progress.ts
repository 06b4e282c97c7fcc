import type { Progress } from '@glibc-matrix/core'

/** Tells of an install on stderr: a line that changes on a terminal, else a line for each stage. */
export function showProgress(): (progress: Progress) => void {
  let shown = ''
  return ({ sysroot, stage, done, total }) => {
    const what = `glibc-matrix: ${sysroot}: ${stage}`
    if (process.stderr.isTTY) {
      const percent = total === null || total === 0 ? '' : ` ${Math.floor((100 * done) / total)}%`
      const end = stage === 'unpack' && total !== null && done >= total ? '\n' : ''
      process.stderr.write(`\r\u001b[2K${what}${percent}${end}`)
    } else if (what !== shown) {
      process.stderr.write(`${what}\n`)
    }
    shown = what
  }
}
