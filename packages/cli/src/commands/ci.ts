import { shellWords } from '@glibc-matrix/core'
import { githubMatrix, githubWorkflow } from '../ci/github.js'
import { gitlabParent, gitlabPipeline } from '../ci/gitlab.js'
import { jobsOf } from '../ci/jobs.js'
import { stepsOf } from '../ci/steps.js'
import type { Input } from '../command-line/command.js'
import { configWith } from '../command-line/config-options.js'
import type { ciFlags } from '../command-line/flags.js'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { print } from '../output/print.js'

type Options = Input<typeof ciFlags>['options']

/** Prints what a CI provider fans out into jobs; writes nothing, and needs no sysroot. */
export async function run({ words, command, options }: Input<typeof ciFlags>): Promise<number> {
  const [provider] = words
  if (provider !== 'github' && provider !== 'gitlab') throw usageError(usages.ci, `ci knows no '${provider}'`)
  const shards = countOf(options.shards)
  const jobs = jobsOf(await configWith(options), shards)
  if (provider === 'github' && !options.workflow) {
    await print(`${githubMatrix(jobs)}\n`)
    return 0
  }
  const steps = stepsOf(process.cwd(), { shards, install: options.install ?? null, command })
  const plan = planCommand(provider, options, command)
  const tag = options.runsOn ?? null
  if (provider === 'github') await print(githubWorkflow({ steps, plan, runsOn: tag ?? 'ubuntu-latest' }))
  else await print(options.workflow ? gitlabParent(steps, plan, tag) : gitlabPipeline(jobs, steps, tag))
  return 0
}

function countOf(text = '1'): number {
  const count = Number(text)
  if (/^\d{1,3}$/.test(text) && count > 0) return count
  throw usageError(usages.ci, `--shards '${text}' is no number of shards (1 to 999)`)
}

/** The same command without --workflow, as the pipeline's first job runs it. */
function planCommand(
  provider: string,
  { shards, config, install, runsOn }: Options,
  command: readonly string[],
): string {
  const flag = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value])
  // GitHub's matrix holds no commands.
  const own = provider === 'github' ? [] : [...flag('--install', install), ...flag('--runs-on', runsOn)]
  const tail = provider === 'github' || command.length === 0 ? [] : ['--', ...command]
  const words = [...flag('--shards', shards), ...flag('--config', config), ...own, ...tail]
  return ['npx glibc-matrix ci', provider, shellWords(words)].join(' ').trim()
}
