import { type GlibcMatrixConfig, loadConfig, type ResolvedConfig } from '@glibc-matrix/core/store'
import { blobFlags, installFlags, judgeFlags } from './flags.js'

const keys = Object.keys({ ...installFlags, ...judgeFlags, ...blobFlags })

/** The config of this directory, with the flags that override it. */
export function configWith(options: Readonly<Record<string, unknown>>): Promise<ResolvedConfig> {
  // Core checks the values, as it does those of a config file.
  const overrides = Object.fromEntries(keys.map((key) => [key, options[key]])) as GlibcMatrixConfig
  return loadConfig({ cwd: process.cwd(), file: options.config as string | undefined, overrides })
}
