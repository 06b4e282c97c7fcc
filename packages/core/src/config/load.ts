import { dirname, resolve } from 'node:path'
import { absoluteConfig } from './absolute-config.js'
import { checkConfig } from './check.js'
import { fillDefaults } from './defaults.js'
import { environmentPaths, parseOnly } from './environment.js'
import { type ConfigPlace, findConfig } from './find.js'
import { readLockFile } from './lock-file.js'
import { readConfig } from './read.js'
import type { ResolvedConfig } from './resolved-config.js'
import type { GlibcMatrixConfig } from './schema.js'

/** Where a config is looked for, and what goes before it. */
export interface LoadOptions {
  /** Where the search begins, and what `file` and the paths of `overrides` are relative to. */
  readonly cwd: string
  /** A config to use instead of the one that is found. */
  readonly file?: string | undefined
  /** Options of the command line or of an adapter: each one given replaces the file's. */
  readonly overrides?: GlibcMatrixConfig | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * Finds, reads and checks the config, once for a run. Without a file it is all defaults.
 *
 * @throws GlibcMatrixError CONFIG_NOT_READABLE, CONFIG_INVALID, LOCK_MALFORMED, FORMAT_TOO_NEW.
 */
export async function loadConfig(options: LoadOptions): Promise<ResolvedConfig> {
  const place = locate(options)
  const written = place.file === null ? {} : checkConfig(await readConfig(place.file), place.file)
  const overrides = checkConfig(options.overrides ?? {}, 'the options given')
  const config = { ...absoluteConfig(written, place.root), ...given(absoluteConfig(overrides, resolve(options.cwd))) }
  const env = options.env ?? process.env
  const lock = place.file === null ? null : readLockFile(place.root, env)
  return { ...place, ...fillDefaults(config), ...environmentPaths(env, options.cwd), ...parseOnly(env), lock }
}

function locate({ cwd, file }: LoadOptions): ConfigPlace {
  if (file === undefined) return findConfig(cwd)
  const path = resolve(cwd, file)
  return { root: dirname(path), file: path }
}

function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}
