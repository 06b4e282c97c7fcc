import { stringify } from 'yaml'
import type { Job } from './jobs.js'
import { blobs, gridFile, pageFile, type Steps } from './steps.js'

/** For `strategy.matrix: ${{ fromJSON(…) }}`: one line, as `$GITHUB_OUTPUT` wants it. */
export function githubMatrix(jobs: readonly Job[]): string {
  return JSON.stringify({ include: jobs })
}

export interface Workflow {
  readonly steps: Steps
  /** The command that prints the matrix, so that the workflow follows the config. */
  readonly plan: string
  readonly runsOn: string
}

/**
 * A whole workflow: a job that asks for the matrix, one for each column and shard, and one that merges what they left. The
 * runner's own Node and libc are used: a container would bring others.
 */
export function githubWorkflow({ steps, plan, runsOn }: Workflow): string {
  const workflow = {
    name: 'glibc-matrix',
    on: { push: null, pull_request: null },
    permissions: { contents: 'read' },
    jobs: { plan: planJob(steps, plan, runsOn), column: columnJob(steps, runsOn), merge: mergeJob(steps, runsOn) },
  }
  return stringify(workflow, { lineWidth: 0, nullStr: '', aliasDuplicateObjects: false })
}

const checkout = { uses: 'actions/checkout@v4' }
const always = expression('!cancelled()')
/** A job that is run again has left an artifact of this name already. */
const again = { overwrite: true }

function planJob({ install }: Steps, plan: string, runsOn: string) {
  return {
    'runs-on': runsOn,
    outputs: { matrix: expression('steps.plan.outputs.matrix') },
    steps: [checkout, installStep(install), { id: 'plan', name: 'Plan', run: planScript(plan) }],
  }
}

function columnJob({ install, add, test }: Steps, runsOn: string) {
  // Kept before the tests run: a red job would not keep it at its end.
  const key = ['runner.arch', 'matrix.column', "hashFiles('**/glibc-matrix.lock.json')"].map(expression)
  const cache = { path: '~/.cache/glibc-matrix', key: ['glibc-matrix', ...key].join('-') }
  const isFresh = expression("steps.cache.outputs.cache-hit != 'true'")
  const records = { name: `${blobs}-${expression('matrix.slug')}`, path: blobs, ...again }
  return {
    name: `glibc ${expression('matrix.name')}`,
    needs: 'plan',
    'runs-on': runsOn,
    strategy: { 'fail-fast': false, matrix: expression('fromJSON(needs.plan.outputs.matrix)') },
    env: {
      GLIBC_MATRIX_ONLY: expression('matrix.only'),
      GLIBC_MATRIX_BLOB: blobs,
      GLIBC_MATRIX_SYSROOT: expression('matrix.column'),
      GLIBC_MATRIX_SHARD: expression('matrix.shard'),
    },
    steps: [
      checkout,
      { id: 'cache', name: 'Stored sysroot', uses: 'actions/cache/restore@v4', with: cache },
      installStep(install),
      { name: 'Sysroot', run: add },
      { name: 'Store sysroot', if: isFresh, uses: 'actions/cache/save@v4', with: cache },
      { name: 'Test', run: test },
      { name: 'Records', if: always, uses: 'actions/upload-artifact@v4', with: records },
    ],
  }
}

function mergeJob({ install, merge }: Steps, runsOn: string) {
  const grid = { name: 'glibc-matrix', path: `${gridFile}\n${pageFile}\n`, ...again }
  return {
    needs: 'column',
    if: always,
    'runs-on': runsOn,
    steps: [
      checkout,
      installStep(install),
      { name: 'Records', uses: 'actions/download-artifact@v4', with: { pattern: `${blobs}-*`, path: blobs } },
      { name: 'Merge', run: merge },
      { name: 'Grid', if: always, uses: 'actions/upload-artifact@v4', with: grid },
    ],
  }
}

function installStep(run: string) {
  return { name: 'Install', run }
}

/** In two lines: the status of a command inside of echo's argument would be lost. */
function planScript(plan: string): string {
  return `matrix=$(${plan})\necho "matrix=$matrix" >> "$GITHUB_OUTPUT"\n`
}

function expression(text: string): string {
  return `\${{ ${text} }}`
}
