import { relative, resolve, sep } from 'node:path'
import picomatch from 'picomatch'
import { parsePragma, parseRuntimePragma } from './pragma.js'
import type { ResolvedConfig } from './resolved-config.js'
import type { RuntimeName } from './schema.js'

/**
 * The selectors of a test file, null for every column. Its own `@glibc` pragma wins over the config's `suites`; of
 * several globs that match, the last one counts, so that a config goes from the general to the special.
 */
export function suiteSelectors(
  file: string,
  source: string,
  config: Pick<ResolvedConfig, 'root' | 'suites'>,
): readonly string[] | null {
  const path = resolve(config.root, file)
  const pragma = parsePragma(source, relative(config.root, path))
  if (pragma !== null) return pragma
  return config.suites.findLast(({ glob }) => matches(glob, path, config.root))?.selectors ?? null
}

/** Whose libc the Node of a test file's worker runs on. The file's own `@glibc-runtime` pragma wins over the config. */
export function suiteRuntime(
  file: string,
  source: string,
  config: Pick<ResolvedConfig, 'root' | 'runtime'>,
): RuntimeName {
  const path = resolve(config.root, file)
  const { all, suites } = config.runtime
  return (
    parseRuntimePragma(source, relative(config.root, path)) ??
    suites.findLast(({ glob }) => matches(glob, path, config.root))?.runtime ??
    all ??
    'host'
  )
}

function matches(glob: string, path: string, root: string): boolean {
  const subject = glob.startsWith('/') ? path : relative(root, path)
  return picomatch.isMatch(subject.split(sep).join('/'), glob.replace(/^(\.\/)+/, ''), { dot: true })
}
