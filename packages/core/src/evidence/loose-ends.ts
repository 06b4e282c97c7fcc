import { type JudgedStart, unproven } from './judge-start.js'
import type { OpeningLine, SpawnLine } from './record.js'
import type { Tree } from './tree-lines.js'

/** A process that opened a library and ended before it could say which files that brought. */
export function unsettled(spawn: Pick<SpawnLine, 'id'>, tree: Tree): JudgedStart[] {
  const keyOf = ({ token, pid }: { token: string; pid: number }) => `${token} ${pid}`
  const settled = new Map<string, number>()
  for (const line of tree.mapped.get(spawn.id) ?? [])
    settled.set(keyOf(line), Math.max(line.opening ?? 0, settled.get(keyOf(line)) ?? 0))
  const openings = tree.openings.get(spawn.id) ?? []
  // A process counts its own: a number that comes twice is of two that look like one, as in PID namespaces of their own.
  const seen = new Set<string>()
  const isAgain = (line: OpeningLine) => {
    const key = `${keyOf(line)} ${line.opening}`
    return seen.size === seen.add(key).size
  }
  const owed = openings.filter((line) => isAgain(line) || line.opening > (settled.get(keyOf(line)) ?? 0))
  return owed.map(({ pid }) => unproven(`process ${pid} opened a library and ended before it could say what it mapped`))
}

/** A tree that may still change, or that could not say all. */
export function open(spawn: Pick<SpawnLine, 'id' | 'program'>, tree: Tree): JudgedStart[] {
  const running = tree.accounted.has(spawn.id) && !tree.ended.has(spawn.id)
  return [
    ...(tree.lost.has(spawn.id) ? [unproven(`a process of ${spawn.program} could not write its record`)] : []),
    ...(running ? [unproven(`${spawn.program}, or what it started, still ran when the grid was made`)] : []),
  ]
}
