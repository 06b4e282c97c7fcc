import type { Gap } from '../grid.js'
import type { Source } from './sources.js'

/**
 * Runs of two states of a project, such as a blob that an earlier run left behind: each may be right, and together they
 * prove nothing of either state.
 */
export function differenceGaps(sources: readonly Source[]): Gap[] {
  const projects = [...new Set(sources.map(({ blob }) => blob.project))]
  const commits = projects.flatMap((project) => commitGap(sources.filter(({ blob }) => blob.project === project)))
  // They follow from that.
  return commits.length > 0 ? commits : sourceGaps(sources)
}

function commitGap(sources: readonly Source[]): Gap[] {
  const byCommit = new Map<string, string[]>()
  for (const { title, blob } of sources) {
    if (blob.commit === null) continue
    const columns = blob.columns.map(({ name }) => name).join(', ')
    const shard = blob.shard === null ? '' : ` ${blob.shard.index}/${blob.shard.count}`
    byCommit.set(blob.commit, [...(byCommit.get(blob.commit) ?? []), `${title} in ${columns}${shard}`])
  }
  if (byCommit.size < 2) return []
  const told = [...byCommit].sort(([a], [b]) => (a < b ? -1 : 1))
  const list = told.map(([commit, runs]) => `${commit.slice(0, 12)} (${[...new Set(runs)].join('; ')})`).join(', ')
  return [{ kind: 'commit', column: null, message: `runs of ${byCommit.size} commits were merged: ${list}` }]
}

function sourceGaps(sources: readonly Source[]): Gap[] {
  const files = new Map<string, Set<string>>()
  const titles = new Map<string, string>()
  for (const { part, title, blob } of sources) {
    for (const { suite, sha256 } of blob.suites) {
      if (sha256 === null) continue
      const key = `${part}\0${suite}`
      files.set(key, (files.get(key) ?? new Set()).add(sha256))
      titles.set(key, `${title}: ${suite}`)
    }
  }
  return [...files]
    .filter(([, digests]) => digests.size > 1)
    .map(([key, digests]) => {
      const message = `${titles.get(key)} was ${digests.size} different files in the runs that were merged`
      return { kind: 'source', column: null, message }
    })
}
