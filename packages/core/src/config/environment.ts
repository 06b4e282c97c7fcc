import { resolve } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import type { ResolvedConfig } from './resolved-config.js'
import { selectorFault, splitSelectors } from './selectors.js'

/** Environment variables by name, as process.env. */
type Environment = Readonly<Record<string, string | undefined>>

/** What a CI job sets for itself: `blob` and `timings`, relative to `cwd`. */
export function environmentPaths(env: Environment, cwd: string): Partial<Pick<ResolvedConfig, 'blob' | 'timings'>> {
  const { GLIBC_MATRIX_BLOB: blob, GLIBC_MATRIX_TIMINGS: timings } = env
  return { ...(blob && { blob: resolve(cwd, blob) }), ...(timings && { timings: resolve(cwd, timings) }) }
}

/**
 * The columns that GLIBC_MATRIX_ONLY picks, and whether it leaves the host's to another job.
 *
 * @throws GlibcMatrixError CONFIG_INVALID for what is no selector.
 */
export function parseOnly(env: Environment): Pick<ResolvedConfig, 'only' | 'leavesHostOut'> {
  const text = env.GLIBC_MATRIX_ONLY?.trim()
  if (!text) return { only: null, leavesHostOut: false }
  const all = splitSelectors(text)
  const selectors = all.filter((selector) => selector !== '!host')
  const leavesHostOut = selectors.length < all.length
  if (leavesHostOut && selectors.length === 0) return { only: null, leavesHostOut }
  const bad = selectors.find((selector) => selectorFault(selector) !== null)
  if (selectors.length > 0 && bad === undefined) return { only: selectors, leavesHostOut }
  throw new GlibcMatrixError(
    'CONFIG_INVALID',
    `GLIBC_MATRIX_ONLY: found '${bad ?? text}', expected ${bad === undefined ? 'columns' : selectorFault(bad)}.`,
    "Set it to columns such as '2.31,host', or unset it.",
    { value: text },
  )
}
