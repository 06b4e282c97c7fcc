import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { namesIn, storePaths } from '../../../packages/core/src/sysroot/store.js'

/** Sysroots in the store of `home`, and what is half-written there; locks and cached packages aside. */
export function storeContent(home: string): readonly string[] {
  const { trees, scratch, locks } = storePaths({ GLIBC_MATRIX_HOME: home })
  return Object.entries({ trees, scratch, locks }).flatMap(([part, path]) =>
    namesIn(path).map((name) => `${part}/${name}`),
  )
}

/** Everything below the store that looks like a file which was not finished. */
export function unfinished(home: string): readonly string[] {
  const all = readdirSync(join(home, 'store'), { recursive: true, encoding: 'utf8' })
  return all.filter((path) => /^(?:scratch|locks)\/.|^(?:index|packages|roots)\/[^/]*~/.test(path))
}
