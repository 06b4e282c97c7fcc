/** Orders glibc versions by number: `2.4` before `2.31`, `2.2` before `2.2.5`. Negative, zero or positive. */
export function compareGlibc(a: string, b: string): number {
  const left = numbersOf(a)
  const right = numbersOf(b)
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0)
}
