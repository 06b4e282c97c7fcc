import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { glibcMatrix, storeIn, temporaryDirectory } from './command.js'

/** Where a command runs: a project, and a store. */
export interface Here {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

export const lockOf = ({ cwd }: Here): string => join(cwd, 'glibc-matrix.lock.json')
export const readLock = (here: Here) => JSON.parse(readFileSync(lockOf(here), 'utf8'))
/** The same project on a machine that has nothing. */
export const anew = (here: Here): Here => ({ ...here, env: { ...here.env, ...storeIn(temporaryDirectory()) } })

/** What a command prints that must succeed. */
export async function good(here: Here, ...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await glibcMatrix(words, here)
  expect(exitCode, stderr).toBe(0)
  return stdout
}

/** What a command says on stderr that must fail, and print nothing. */
export async function refused(here: Here, ...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await glibcMatrix(words, here)
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
  return stderr
}

export async function digests(here: Here): Promise<readonly string[]> {
  return JSON.parse(await good(here, 'list', '--json')).map(({ digest }: { digest: string }) => digest)
}
