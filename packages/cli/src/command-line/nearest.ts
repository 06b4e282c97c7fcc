/** The known word that a mistyped one most likely meant; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const scored = known.map((name) => ({ name, distance: editDistance(word, name) }))
  const best = scored.reduce((one, other) => (other.distance < one.distance ? other : one))
  return best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : null
}

// Levenshtein's distance, one row at a time.
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i++) {
    const next = [i]
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
