/** What a try in one column said: `unknown` where nothing was proven. */
export type Outcome = 'works' | 'fails' | 'unknown'

/** What a search tried, and found. */
export interface FloorSearch {
  /** By index from the oldest column; null where none was needed. */
  readonly outcomes: readonly (Outcome | null)[]
  /** The lowest column that works, null when none does. */
  readonly floor: number | null
}

/** Up to so many columns are all tried. */
export const few = 6

/**
 * Finds the lowest of `count` columns, ordered from the oldest, in which a command works. Few are all tried. Of many only
 * as many as halving takes, and both neighbours of what it finds; as soon as a try contradicts the order that halving
 * relies on (a newer one fails, as a newer glibc can break a program too, or proves nothing), all are tried after all.
 */
export async function searchFloor(count: number, attempt: (index: number) => Promise<Outcome>): Promise<FloorSearch> {
  const outcomes: (Outcome | null)[] = Array.from({ length: count }, () => null)
  const outcomeOf = async (index: number): Promise<Outcome> => {
    outcomes[index] ??= await attempt(index)
    return outcomes[index] as Outcome
  }
  if (count <= few || !(await halve(count, outcomeOf))) {
    for (let index = 0; index < count; index++) await outcomeOf(index)
  }
  const lowest = outcomes.indexOf('works')
  return { outcomes, floor: lowest === -1 ? null : lowest }
}

/** Whether what was seen is in order: nothing above the floor fails, nothing below it works. */
async function halve(count: number, outcomeOf: (index: number) => Promise<Outcome>): Promise<boolean> {
  let [fails, works] = [-1, count - 1]
  if ((await outcomeOf(works)) !== 'works') return false
  while (works - fails > 1) {
    const middle = Math.floor((fails + works) / 2)
    const outcome = await outcomeOf(middle)
    if (outcome === 'unknown') return false
    if (outcome === 'works') works = middle
    else fails = middle
  }
  // The one below the floor was tried and fails. One broken column alone would look the same, so its own neighbour counts too.
  const neighbours = [
    [works + 1, 'works'],
    [fails - 1, 'fails'],
  ] as const
  for (const [index, expected] of neighbours) {
    if (index >= 0 && index < count && (await outcomeOf(index)) !== expected) return false
  }
  return true
}
