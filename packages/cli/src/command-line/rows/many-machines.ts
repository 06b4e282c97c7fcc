import { many, row } from '../command.js'
import { ciFlags, mergeFlags, reportFlags } from '../flags.js'
import { usages } from '../usages.js'

/** Commands that make one grid of the runs of many machines, and reports of a grid. */
export const manyMachines = {
  ci: row({
    name: 'ci',
    usage: usages.ci,
    about: "print the config's matrix as jobs of GitHub Actions or GitLab CI: columns × shards",
    more: [
      'github prints the JSON for `strategy.matrix`, and with --workflow a whole workflow; gitlab a child pipeline, and with --workflow the',
      "pipeline that asks for it. Each job installs its own column as glibc-matrix.lock.json pins it, runs COMMAND (by default the project's",
      'Vitest or Jest) with `--shard`, or with the shard in the place of {shard}, and leaves its records for a last job that merges them.',
    ].join('\n'),
    words: [1, 1],
    command: 'allowed',
    flags: ciFlags,
    load: () => import('../../commands/ci.js'),
  }),
  merge: row({
    name: 'merge',
    usage: usages.merge,
    about:
      'make one grid of the records that runs on many machines left (`blob` of the config, GLIBC_MATRIX_BLOB, --blob)',
    more: [
      'DIR is searched with all that is below it. Vitest, Jest and `run` may be mixed. Exit status 1 when a cell is red, or when a',
      'column, a shard or a test file is missing; 2 usage; 1 for a file that is damaged or of a newer format.',
    ].join('\n'),
    words: [1, many],
    command: 'none',
    flags: mergeFlags,
    load: () => import('../../commands/merge.js'),
  }),
  report: row({
    name: 'report',
    usage: usages.report,
    about: 'make reports of a grid file, which a run or a merge wrote',
    more: 'KIND is junit, html (one page, for people), markdown or json. In a job of GitHub its summary and annotations are written too.',
    words: [1, 1],
    command: 'none',
    flags: reportFlags,
    load: () => import('../../commands/report.js'),
  }),
}
