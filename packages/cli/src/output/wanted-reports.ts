import { resolve } from 'node:path'
import { GlibcMatrixError, type WantedReports } from '@glibc-matrix/core'

export type ReportPlaces = Pick<WantedReports, 'outputFile' | 'reports'>

/** What `--report KIND=FILE` asks for. The config's own files are its suite's: a command must not write over them. */
export function wantedReports(words: readonly string[] = [], github: 'auto' | 'never' = 'auto'): ReportPlaces {
  const asked = words.map(read)
  const fileOf = (kind: string) => asked.findLast((one) => one.kind === kind)?.file ?? null
  const reports = { junit: fileOf('junit'), html: fileOf('html'), markdown: fileOf('markdown'), github }
  return { outputFile: fileOf('json'), reports }
}

/** Whether a file is asked for: then a failed cell keeps what its command wrote. */
export function isWanted({ outputFile, reports }: ReportPlaces): boolean {
  const { junit, html, markdown } = reports
  return [outputFile, junit, html, markdown].some((file) => file !== null)
}

function read(word: string): { readonly kind: string; readonly file: string } {
  const [, kind = '', file = ''] = /^(junit|html|markdown|json)=(.+)$/s.exec(word) ?? []
  if (kind !== '') return { kind, file: resolve(file) }
  throw new GlibcMatrixError(
    'USAGE',
    `--report '${word}' is no KIND=FILE`,
    'The kinds are junit, html, markdown and json; such as --report html=grid.html',
    { found: word },
  )
}
