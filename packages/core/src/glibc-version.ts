/** Whether a text is a version as glibc writes its own: `2.31`, `2.36.9000`. */
export function isGlibcVersion(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,6}(\.\d{1,6}){1,2}$/.test(text)
}

/** Orders glibc versions by number: `2.4` before `2.31`, `2.2` before `2.2.5`. Negative, zero or positive, as for `sort`. */
export function compareGlibc(one: string, other: string): number {
  const [left, right] = [numbersOf(one), numbersOf(other)]
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

function numbersOf(version: string): readonly number[] {
  return version.split('.').map((part) => Number.parseInt(part, 10) || 0)
}
