import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Where CI says what it checked out; it may have fetched an archive, which has no repository. */
const variables = [
  ...['GITHUB_SHA', 'CI_COMMIT_SHA', 'BUILDKITE_COMMIT', 'CIRCLE_SHA1', 'BITBUCKET_COMMIT'],
  ...['BUILD_SOURCEVERSION', 'GIT_COMMIT', 'DRONE_COMMIT_SHA', 'TRAVIS_COMMIT'],
]

/**
 * The commit that a directory's repository has checked out, read from its files since git may not be there
 * (gitrepository-layout(5)); without one, what CI says; null when nobody says.
 */
export function commitOf(directory: string, environment: Readonly<Record<string, string | undefined>>): string | null {
  const own = repositoryAbove(resolve(directory))
  const head = own === null ? null : headOf(own)
  return head ?? variables.map((name) => environment[name] ?? '').find(isCommit) ?? null
}

function repositoryAbove(directory: string): string | null {
  for (let at = directory; ; at = dirname(at)) {
    const path = join(at, '.git')
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isDirectory()) return path
    // Of a worktree or a submodule: a file that names the place.
    const link = /^gitdir: (.*)$/m.exec(stat === undefined ? '' : text(path))?.[1]
    if (link !== undefined) return resolve(at, link)
    if (at === dirname(at)) return null
  }
}

function headOf(repository: string): string | null {
  const head = text(join(repository, 'HEAD')).trim()
  const name = /^ref: (.*)$/.exec(head)?.[1]
  if (name === undefined) return isCommit(head) ? head : null
  const shared = text(join(repository, 'commondir')).trim()
  const places = shared === '' ? [repository] : [repository, resolve(repository, shared)]
  const found = places.map((place) => text(join(place, name)).trim() || packedRef(place, name))
  return found.find(isCommit) ?? null
}

function packedRef(repository: string, name: string): string {
  const lines = text(join(repository, 'packed-refs')).split('\n')
  return lines.find((line) => line.endsWith(` ${name}`))?.split(' ', 1)[0] ?? ''
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function isCommit(name: string): boolean {
  return /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(name)
}
