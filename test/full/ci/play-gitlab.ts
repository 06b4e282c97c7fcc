import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'

/** The newest that runs on Node 20. */
const version = '4.65.1'

/** Installs gitlab-ci-local, which plays a `.gitlab-ci.yml`, into an empty directory, and answers its program. */
export function installPlayer(directory: string): string {
  writeFileSync(join(directory, 'package.json'), '{ "private": true }')
  const flags = ['--no-audit', '--no-fund', '--ignore-scripts']
  execFileSync('npm', ['install', ...flags, `gitlab-ci-local@${version}`], {
    cwd: directory,
    stdio: ['ignore', 'ignore', 2],
  })
  return join(directory, 'node_modules/.bin/gitlab-ci-local')
}

export interface PlayedPipeline {
  readonly exitCode: number | undefined
  readonly output: string
  /** Jobs that passed. */
  readonly passed: readonly string[]
  readonly failed: readonly string[]
  /** What a job left, by the path of the artifact. */
  artifact(job: string, path: string): string
}

/** Plays a pipeline by the shell executor, each job in a copy of the repository's tracked files. */
export async function playPipeline(
  player: string,
  repository: string,
  text: string,
  env: Readonly<Record<string, string>>,
): Promise<PlayedPipeline> {
  writeFileSync(join(repository, 'child.yml'), text)
  const git = (...args: string[]) => execFileSync('git', args, { cwd: repository, stdio: 'ignore' })
  git('init', '-q', '-b', 'main')
  git('remote', 'add', 'origin', 'https://gitlab.example.invalid/team/project.git')
  git('add', '-A')
  git('-c', 'user.name=a', '-c', 'user.email=a@example.invalid', 'commit', '-q', '-m', 'all')
  const args = ['--file', 'child.yml', '--shell-isolation', '--concurrency', '2', '--no-artifacts-to-source']
  const options = { cwd: repository, env: { ...env, CI: 'true' }, extendEnv: false, reject: false, all: true } as const
  const { exitCode, all } = await execa(player, args, { ...options, stdin: 'ignore' })
  const ended = (sign: string) =>
    [...all.matchAll(new RegExp(`^ ${sign}  (\\S.*)$`, 'gm'))].map(([, job]) => String(job).trim())
  const artifacts = join(repository, '.gitlab-ci-local/artifacts')
  return {
    exitCode,
    output: all,
    passed: ended('PASS'),
    failed: ended('FAIL'),
    artifact(job, path) {
      const found = join(artifacts, job, path)
      if (existsSync(found)) return found
      throw new Error(`${job} left no ${path}, of ${readdirSync(artifacts).join(', ')}\n${all.slice(-3000)}`)
    },
  }
}
