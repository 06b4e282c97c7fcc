interface Presentable {
  readonly name: string
  readonly message: string
  readonly hint: string
  readonly code: string
  stack?: string
}

/** Jest prints an error's stack: here it says what happened and what to do instead. */
export function presented(error: unknown): unknown {
  if (isOurs(error) && !process.env.GLIBC_MATRIX_DEBUG)
    error.stack = `${error.name} ${error.code}: ${error.message}\n${error.hint}`
  return error
}

/** Runs `body` so that what it throws is presented. */
export function presenting<T>(body: () => T): T {
  try {
    const result = body()
    return result instanceof Promise ? (result.catch((error) => Promise.reject(presented(error))) as T) : result
  } catch (error) {
    throw presented(error)
  }
}

/** As core's `isGlibcMatrixError`, without loading core's index into every worker. */
function isOurs(error: unknown): error is Presentable {
  return typeof error === 'object' && error !== null && Symbol.for('glibc-matrix.error') in error
}
