/** Whether a text is a version as glibc writes its own: `2.31`, `2.36.9000`. */
export function isGlibcVersion(text: string | undefined): text is string {
  return text !== undefined && /^\d{1,6}(\.\d{1,6}){1,2}$/.test(text)
}

/** Orders glibc versions by number, so that 2.4 comes before 2.31. Negative, 0 or positive as for `sort`. */
export function compareGlibc(one: string, other: string): number {
  const [left, right] = [one, other].map((version) => version.split('.').map(Number)) as [number[], number[]]
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
