/** Compares two Debian versions as dpkg does (deb-version(7)): negative, zero or positive. */
export function compareVersions(left: string, right: string): number {
  const a = split(left)
  const b = split(right)
  return a.epoch - b.epoch || compareParts(a.upstream, b.upstream) || compareParts(a.revision, b.revision)
}

function split(version: string): { epoch: number; upstream: string; revision: string } {
  const colon = version.indexOf(':')
  const rest = version.slice(colon + 1)
  const dash = rest.lastIndexOf('-')
  return {
    epoch: colon === -1 ? 0 : Number(version.slice(0, colon)),
    upstream: dash === -1 ? rest : rest.slice(0, dash),
    revision: dash === -1 ? '' : rest.slice(dash + 1),
  }
}

/** Alternates runs of non-digits, in dpkg's order, and runs of digits, as numbers of any length. */
function compareParts(left: string, right: string): number {
  const [a, b] = [runsOf(left), runsOf(right)]
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const [one, two] = [a[index] ?? '', b[index] ?? '']
    const order = index % 2 === 0 ? compareText(one, two) : compareNumbers(one, two)
    if (order !== 0) return order
  }
  return 0
}

/** Even places hold text, odd ones digits. */
function runsOf(part: string): readonly string[] {
  const runs = part.match(/\D+|\d+/g) ?? []
  return /^\d/.test(part) ? ['', ...runs] : runs
}

function compareText(left: string, right: string): number {
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const order = weight(left[index]) - weight(right[index])
    if (order !== 0) return order
  }
  return 0
}

/** `~` sorts before the end, the end before letters, letters before everything else. */
function weight(character: string | undefined): number {
  if (character === undefined) return 0
  if (character === '~') return -1
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256
}

function compareNumbers(left: string, right: string): number {
  const [a, b] = [left.replace(/^0+/, ''), right.replace(/^0+/, '')]
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)
}
