import { readdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { storeFailure } from './store-failure.js'

/** Environment variables by name, as process.env. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Of everything below the store; 1 was `sysroots/KEY` beside it (see upgrade.ts). */
export const FORMAT = 2

/** Where sysroots are kept: `$GLIBC_MATRIX_HOME`, else below the XDG cache (XDG Base Directory Specification). */
export function storeDirectory(env: Environment): string {
  const cache = env.XDG_CACHE_HOME?.startsWith('/') ? env.XDG_CACHE_HOME : join(env.HOME || homedir(), '.cache')
  return join(env.GLIBC_MATRIX_HOME || join(cache, 'glibc-matrix'), 'store')
}

/** The store's parts; each is made when it is first written. */
export interface StorePaths {
  /** DIGEST/{root,manifest.json}: the sysroots themselves, each called by what is in it. */
  readonly trees: string
  /** KEY.json: which tree a spec, with its packages, means here. */
  readonly index: string
  /** SHA256/: packages, unpacked, so that a sysroot is made anew without a network; trees have hard links to their files. */
  readonly packages: string
  /** KEY~…: what is being unpacked, or being deleted. */
  readonly scratch: string
  readonly locks: string
  /** DIGEST~…: processes that run programs on a tree. */
  readonly uses: string
  /** Where the lock files of projects lie, whose trees are kept. */
  readonly roots: string
}

export function storePaths(env: Environment): StorePaths {
  const store = storeDirectory(env)
  const at = (name: string) => join(store, name)
  return {
    trees: at('trees'),
    index: at('index'),
    packages: at('packages'),
    scratch: at('scratch'),
    locks: at('locks'),
    uses: at('uses'),
    roots: at('roots'),
  }
}

/** Sorted names of a directory of the store; none when it isn't there. */
export function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw storeFailure(error, directory)
  }
}
