import type { Progress } from '@glibc-matrix/core'

/** Shows on stderr how an install goes on: one line that is rewritten on a terminal, else one line a sysroot. */
export function showProgress(stream: NodeJS.WriteStream = process.stderr): (progress: Progress) => void {
  let current: string | null = null
  return ({ sysroot, stage, done, total }) => {
    if (stream.isTTY) {
      const end = stage === 'unpack' && done === total ? '\n' : ''
      stream.write(`\r\u001B[Kglibc-matrix: ${sysroot}: ${stage}${amount(done, total)}${end}`)
    } else if (sysroot !== current) {
      stream.write(`glibc-matrix: installing ${sysroot}\n`)
    }
    current = sysroot
  }
}

function amount(done: number, total: number | null): string {
  const mebibytes = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)
  return total === null ? '' : ` ${mebibytes(done)} of ${mebibytes(total)} MiB`
}
