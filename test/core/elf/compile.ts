import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { dirSync, setGracefulCleanup } from 'tmp'

setGracefulCleanup()
export const directory = dirSync({ unsafeCleanup: true }).name

/** Compiles C with the machine's `cc` into this file's temporary directory; answers the path of what it made. */
export function compile(name: string, source: string, ...options: readonly string[]): string {
  const path = join(directory, name)
  writeFileSync(`${path}.c`, source)
  const result = spawnSync('cc', ['-o', path, `${path}.c`, ...options], { cwd: directory, encoding: 'utf8' })
  if (result.error !== undefined) throw new Error('these tests need a C compiler called cc', { cause: result.error })
  if (result.status !== 0) throw new Error(`cc ${options.join(' ')} failed: ${result.stderr}`)
  return path
}
