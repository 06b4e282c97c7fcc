import { stringify } from 'yaml'
import type { Job } from './jobs.js'
import { blobs, gridFile, junitFile, pageFile, type Steps } from './steps.js'

const home = '.glibc-matrix'

/** GitLab reads YAML 1.1, in which more words than in 1.2 are no text. */
const yaml = { version: '1.1', lineWidth: 0, aliasDuplicateObjects: false } as const

/**
 * A child pipeline: a job for each column and shard, and one that merges what they left. No image is named: the runner's own
 * Node and libc are used.
 */
export function gitlabPipeline(jobs: readonly Job[], steps: Steps, tag: string | null): string {
  const tags = tag === null ? {} : { tags: [tag] }
  const pipeline = {
    stages: ['columns', 'merge'],
    '.column': {
      stage: 'columns',
      ...tags,
      variables: {
        GLIBC_MATRIX_HOME: `$CI_PROJECT_DIR/${home}`,
        GLIBC_MATRIX_BLOB: blobs,
        // A store's directories are read-only, and a runner that keeps its checkout would fail to clean them.
        GIT_CLEAN_FLAGS: `-ffdx -e ${home}/`,
      },
      cache: {
        key: { prefix: 'glibc-matrix-$GLIBC_MATRIX_SYSROOT', files: ['glibc-matrix.lock.json'] },
        paths: [`${home}/`],
        when: 'always',
      },
      script: [steps.install, steps.add, steps.test],
      artifacts: { when: 'always', paths: [`${blobs}/`] },
    },
    ...Object.fromEntries(
      jobs.map(({ name, column, only, shard }) => [
        `glibc ${name}`,
        {
          extends: '.column',
          variables: { GLIBC_MATRIX_ONLY: only, GLIBC_MATRIX_SYSROOT: column, GLIBC_MATRIX_SHARD: shard },
        },
      ]),
    ),
    merge: {
      stage: 'merge',
      ...tags,
      when: 'always',
      script: [steps.install, `${steps.merge} --report junit=${junitFile}`],
      artifacts: { when: 'always', paths: [gridFile, pageFile], reports: { junit: junitFile } },
    },
  }
  return stringify(pipeline, yaml)
}

/** The pipeline that asks for the child, so that it follows the config. */
export function gitlabParent(steps: Steps, plan: string, tag: string | null): string {
  const child = 'glibc-matrix-pipeline.yml'
  const parent = {
    stages: ['plan', 'columns'],
    'glibc-matrix-plan': {
      stage: 'plan',
      ...(tag === null ? {} : { tags: [tag] }),
      script: [steps.install, `${plan} > ${child}`],
      artifacts: { paths: [child] },
    },
    'glibc-matrix': {
      stage: 'columns',
      trigger: { include: [{ artifact: child, job: 'glibc-matrix-plan' }], strategy: 'depend' },
    },
  }
  return stringify(parent, yaml)
}
