import { type ErrorCode, isGlibcMatrixError } from '@glibc-matrix/core/store'

/** As a shell has it: 127 for a command that isn't there, 126 for one that can't be started, 2 for usage. */
const statuses: { readonly [Code in ErrorCode]?: number } = {
  USAGE: 2,
  PROGRAM_NOT_FOUND: 127,
  PROGRAM_NOT_EXECUTABLE: 126,
  PROGRAM_FOREIGN: 126,
  ELF_TRUNCATED: 126,
  ELF_MALFORMED: 126,
}

/** The status that the command ends with after a failure: 1 where the table has no other. */
export function exitStatus(error: unknown): number {
  return (isGlibcMatrixError(error) && statuses[error.code]) || 1
}
