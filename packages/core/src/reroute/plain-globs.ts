import { GlibcMatrixError } from '../errors.js'

/**
 * A glob as the shim can match it (packages/native/c/glob.h): `*`, `?` and `**`, braces expanded into one glob each.
 *
 * @throws GlibcMatrixError CONFIG_INVALID for a character class, an extended glob or a negation.
 */
export function plainGlobs(glob: string): string[] {
  const plain = glob.replace(/^\.\//, '')
  if (/[[\]()!\\]/.test(plain)) throw unsupported(glob)
  return expandBraces(plain)
}

function expandBraces(glob: string): string[] {
  const [whole, inner] = /\{([^{}]*)\}/.exec(glob) ?? []
  if (whole === undefined || inner === undefined) return [glob]
  return inner.split(',').flatMap((choice) => expandBraces(glob.replace(whole, () => choice)))
}

function unsupported(glob: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'CONFIG_INVALID',
    `the glob '${glob}' has a character class, an extended pattern or a negation`,
    'Globs of `programs` and `exclude` are also matched inside of processes, where *, ?, ** and {a,b} alone are known.',
    { glob },
  )
}
