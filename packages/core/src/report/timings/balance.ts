import type { Timings } from './timings.js'

/** Which of how many shards, from 1. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/**
 * The items of one shard, so that all shards take about as long: the longest first, each to the shard that has least. A
 * file that is not known counts as the median. `keyOf` tells items apart; the same items and timings give the same cut.
 */
export function balance<T>(
  items: readonly T[],
  { index, count }: Shard,
  timings: Timings,
  { suiteOf, keyOf }: { suiteOf(item: T): string; keyOf(item: T): string },
): T[] {
  const times = new Map(Object.entries(timings))
  const known = items.flatMap((item) => times.get(suiteOf(item)) ?? []).sort((a, b) => a - b)
  const median = known[Math.floor(known.length / 2)] ?? 1
  const weighed = items.map((item) => ({ item, key: keyOf(item), weight: times.get(suiteOf(item)) ?? median }))
  weighed.sort((a, b) => b.weight - a.weight || (a.key < b.key ? -1 : 1))
  const loads = Array.from({ length: count }, () => 0)
  return weighed.flatMap(({ item, weight }) => {
    const least = loads.indexOf(Math.min(...loads))
    // A file that took no time still takes a worker.
    loads[least] = (loads[least] ?? 0) + Math.max(weight, 1)
    return least === index - 1 ? [item] : []
  })
}
