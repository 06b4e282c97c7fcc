import { GlibcMatrixError, isGlibcMatrixError } from '../../../errors.js'
import { isSystemError } from '../../unpack/system-error.js'

/** What a failure to unpack ends in: the system's own pass unchanged. */
export function malformedDeb(cause: unknown, url: string): unknown {
  if (isGlibcMatrixError(cause) || isSystemError(cause)) return cause
  return new GlibcMatrixError(
    'ARCHIVE_MALFORMED',
    `${url} can't be unpacked: ${(cause as Error).message}`,
    `Its checksum was right, so the archive itself holds it so: report it, or use another suite or mirror.`,
    { url },
    cause,
  )
}
