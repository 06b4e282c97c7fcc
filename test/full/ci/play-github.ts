import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { execa } from 'execa'
import { parse } from 'yaml'

export interface PlayOptions {
  /** What `actions/checkout` brings. */
  readonly repository: string
  /** An empty directory: each job is a machine with a home of its own below it. */
  readonly place: string
  readonly env: Readonly<Record<string, string>>
}

export interface PlayedJob {
  readonly name: string
  readonly failed: boolean
  readonly log: string
  readonly workspace: string
  /** Whether the stored sysroot came from an earlier job. */
  readonly cacheHit: boolean
}

interface Step {
  readonly id?: string
  readonly name?: string
  readonly if?: string
  readonly run?: string
  readonly uses?: string
  readonly with?: Readonly<Record<string, string | boolean>>
}

interface JobText {
  readonly env?: Readonly<Record<string, string>>
  readonly steps: readonly Step[]
}

type Values = Readonly<Record<string, unknown>>

/**
 * Plays a workflow of `plan`, `column` and `merge`: every `run` step as the runner starts it (`bash -e FILE`), the actions by
 * what they are documented to do: the cache is a tar, artifacts are directories. An expression that is not known is an error.
 */
export async function playWorkflow(text: string, options: PlayOptions): Promise<Record<string, PlayedJob>> {
  const { plan, column, merge } = (parse(text) as { jobs: Record<'plan' | 'column' | 'merge', JobText> }).jobs
  const planned = await playJob('plan', plan, {}, options)
  const output = readFileSync(join(options.place, 'plan/output'), 'utf8')
  const matrix = JSON.parse(output.replace(/^matrix=/, '')) as { include: Record<string, string>[] }
  const waiting = matrix.include.map(
    (values) => () => playJob(String(values.slug), column, { matrix: values }, options),
  )
  const played: PlayedJob[] = []
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) played.push(await next())
  }
  await Promise.all([worker(), worker()])
  const merged = await playJob('merge', merge, {}, options)
  return Object.fromEntries([planned, ...played, merged].map((job) => [job.name, job]))
}

async function playJob(name: string, job: JobText, values: Values, options: PlayOptions): Promise<PlayedJob> {
  const workspace = join(options.place, name, 'work')
  const home = join(options.place, name, 'home')
  mkdirSync(home, { recursive: true })
  const contexts: Record<string, unknown> = { ...values, runner: { arch: 'X64' }, steps: {} }
  const env = { ...options.env, CI: 'true', HOME: home, GITHUB_OUTPUT: join(options.place, name, 'output') }
  const jobEnv = Object.fromEntries(Object.entries(job.env ?? {}).map(([key, value]) => [key, expand(value, contexts)]))
  let failed = false
  let log = ''
  for (const step of job.steps) {
    if (step.if === undefined ? failed : !holds(step.if, failed, contexts)) continue
    const machine = { ...options, workspace, home, contexts }
    const result =
      step.run === undefined ? await act(step, machine) : await script(step.run, workspace, { ...env, ...jobEnv })
    log += `${step.name ?? step.uses}\n${result.log}\n`
    failed ||= result.failed
  }
  const { cache } = contexts.steps as { cache?: { outputs: { 'cache-hit': string } } }
  return { name, failed, log, workspace, cacheHit: cache?.outputs['cache-hit'] === 'true' }
}

interface Machine extends PlayOptions {
  readonly workspace: string
  readonly home: string
  readonly contexts: Record<string, unknown>
}

interface StepResult {
  readonly failed: boolean
  readonly log: string
}

const done: StepResult = { failed: false, log: '' }

async function script(text: string, cwd: string, env: Record<string, string>): Promise<StepResult> {
  const file = join(dirname(cwd), 'step.sh')
  writeFileSync(file, text)
  const ended = await execa('bash', ['-e', file], {
    cwd,
    env,
    extendEnv: false,
    reject: false,
    all: true,
    stdin: 'ignore',
  })
  return { failed: ended.exitCode !== 0, log: ended.all }
}

async function act({ id, uses = '', with: inputs = {} }: Step, machine: Machine): Promise<StepResult> {
  const { repository, place, workspace, home, contexts } = machine
  const input = (key: string) => expand(String(inputs[key] ?? ''), contexts, repository)
  const artifacts = join(place, 'artifacts')
  const [action] = uses.split('@')
  if (action === 'actions/checkout') cpSync(repository, workspace, { recursive: true, verbatimSymlinks: true })
  else if (action === 'actions/cache/restore' || action === 'actions/cache/save') {
    const file = join(place, 'caches', `${input('key')}.tar`)
    const path = input('path').replace(/^~\//, '')
    mkdirSync(dirname(file), { recursive: true })
    const hit = existsSync(file)
    if (action.endsWith('restore')) {
      if (hit) await execa('tar', ['-xf', file, '-C', home])
      ;(contexts.steps as Record<string, unknown>)[id ?? ''] = { outputs: { 'cache-hit': String(hit) } }
    } else if (!hit && existsSync(join(home, path))) await execa('tar', ['-cf', file, '-C', home, path])
  } else if (action === 'actions/upload-artifact') {
    const from = join(workspace, input('path'))
    if (existsSync(from)) cpSync(from, join(artifacts, input('name')), { recursive: true })
  } else if (action === 'actions/download-artifact') {
    if (input('pattern') !== 'glibc-matrix-blobs-*') throw new Error(`unknown pattern ${input('pattern')}`)
    cpSync(artifacts, join(workspace, input('path')), { recursive: true })
  } else throw new Error(`unknown action ${uses}`)
  return done
}

function holds(condition: string, failed: boolean, contexts: Values): boolean {
  const text = condition.replace(/^\$\{\{ | \}\}$/g, '')
  if (text === '!cancelled()') return true
  const [, path, other] = /^([\w.-]+) != '([^']*)'$/.exec(text) ?? []
  if (path === undefined) throw new Error(`unknown condition ${condition}`)
  return !failed && value(path, contexts) !== other
}

function expand(text: string, contexts: Values, repository = ''): string {
  return text.replace(/\$\{\{ (.+?) \}\}/g, (_, expression: string) =>
    expression === "hashFiles('**/glibc-matrix.lock.json')"
      ? String(readFileSync(join(repository, 'glibc-matrix.lock.json')).length)
      : value(expression, contexts),
  )
}

function value(path: string, contexts: Values): string {
  const found = path.split('.').reduce<unknown>((from, key) => (from as Values | undefined)?.[key], contexts)
  if (typeof found !== 'string') throw new Error(`unknown expression ${path}`)
  return found
}
