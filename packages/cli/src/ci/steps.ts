import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { shellWords } from '@glibc-matrix/core'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { readProject } from '../init/project.js'

/** What the jobs run, as lines of a shell; `$GLIBC_MATRIX_SHARD` and `$GLIBC_MATRIX_SYSROOT` are the job's own. */
export interface Steps {
  readonly install: string
  readonly add: string
  readonly test: string
  readonly merge: string
}

export const blobs = 'glibc-matrix-blobs'
export const gridFile = 'glibc-matrix.json'
export const pageFile = 'glibc-matrix.html'
export const junitFile = 'glibc-matrix.xml'

export interface StepOptions {
  readonly shards: number
  /** How packages are installed; null: by the lock file that is here. */
  readonly install: string | null
  /** The COMMAND; empty: the runner that the project has. */
  readonly command: readonly string[]
}

/**
 * Finds out how the project in `directory` is installed and tested.
 *
 * @throws GlibcMatrixError USAGE where no COMMAND is given and the runner can't be told.
 */
export function stepsOf(directory: string, { shards, install, command }: StepOptions): Steps {
  const test = command.length > 0 ? shellWords(command) : runnerOf(directory)
  return {
    install: install ?? installOf(directory),
    add: 'npx glibc-matrix add --frozen "$GLIBC_MATRIX_SYSROOT"',
    test: shards === 1 ? test : sharded(test, command),
    // In GitHub's job its summary and annotations come by themselves.
    merge: `npx glibc-matrix merge ${blobs} --out ${gridFile} --report html=${pageFile}`,
  }
}

/** Vitest and Jest call it the same. A column may have fewer files than there are shards. */
function sharded(test: string, command: readonly string[]): string {
  if (!command.some((word) => word.includes(placeholder))) return `${test} --shard=${shard} --passWithNoTests`
  return command.map((word) => word.split(placeholder).map(quoted).join(shard)).join(' ')
}

const placeholder = '{shard}'
const shard = '"$GLIBC_MATRIX_SHARD"'

function quoted(part: string): string {
  return part === '' ? '' : shellWords([part])
}

function runnerOf(directory: string): string {
  const { runners } = readProject(directory)
  const [only, ...others] = runners.map(({ runner }) => runner)
  if (only === undefined || others.length > 0) {
    const found = only === undefined ? 'neither Vitest nor Jest is' : 'both Vitest and Jest are'
    throw usageError(usages.ci, `${found} here, and no COMMAND says how the tests are run`)
  }
  return only === 'vitest' ? 'npx vitest run' : 'npx jest'
}

const installers: readonly (readonly [lock: string, command: string])[] = [
  ['package-lock.json', 'npm ci'],
  ['npm-shrinkwrap.json', 'npm ci'],
  ['pnpm-lock.yaml', 'corepack enable && pnpm install --frozen-lockfile'],
  ['yarn.lock', 'corepack enable && yarn install --immutable'],
]

function installOf(directory: string): string {
  return installers.find(([lock]) => existsSync(join(directory, lock)))?.[1] ?? 'npm install'
}
