import { type GlibcMatrixError, isGlibcMatrixError } from '../../packages/core/src/errors.js'

/** The typed error that a call ends in; any other end is the test's failure. */
export function failure(call: () => unknown): GlibcMatrixError {
  try {
    call()
  } catch (error) {
    if (isGlibcMatrixError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** As `failure`, of a promise. */
export async function rejection(promise: Promise<unknown>): Promise<GlibcMatrixError> {
  const [result] = await Promise.allSettled([promise])
  return failure(() => {
    if (result.status === 'rejected') throw result.reason
  })
}
