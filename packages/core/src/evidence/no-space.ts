import { GlibcMatrixError } from '../errors.js'

/** The run's directory has no room for what must be written before anything is started. */
export function noSpace(directory: string, errno: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'NO_SPACE',
    `there is no space left for the files of this run in ${directory} (${errno}): nothing is started without a record`,
    'Free some space there and run the suite again.',
    { directory, errno },
    cause,
  )
}
