import { compareGlibc, isGlibcVersion } from '../glibc-version.js'

/** A column as a selector sees it. `glibc` is null while the sysroot is not there. */
export interface SelectableColumn {
  readonly name: string
  readonly glibc: string | null
}

/**
 * Splits what a user wrote into selectors: `2.31 2.36` are two, `>=2.31 <2.41` and `2.31 - 2.36` are one range each. A
 * comma or `||` always separates, so `<2.31, >=2.41` are two.
 */
export function splitSelectors(text: string): string[] {
  return text.split(/,|\|\|/).flatMap((group) =>
    joinRanges(
      group
        .replace(/(!?[<>=]+)\s+/g, '$1')
        .split(/\s+/)
        .filter(Boolean),
    ),
  )
}

/** What a selector should have been when it is none, else null. */
export function selectorFault(selector: string): string | null {
  const [positive] = unNegated(selector)
  if (parseRange(positive) !== null || /^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(positive)) return null
  return "a column name, a version ('2.31') or a range ('>=2.34', '>=2.31 <2.41', '2.31 - 2.36'), with ! before it to leave it out"
}

/**
 * The columns that one selector means, or with `!` leaves out. A name wins over a version. A column whose glibc is not
 * known could be the one a version means: it matches and is not left out, and is shown as skipped.
 */
export function matchSelector<Column extends SelectableColumn>(columns: readonly Column[], selector: string): Column[] {
  const [positive, negated] = unNegated(selector)
  const named = columns.filter(({ name }) => name === positive)
  if (named.length > 0) return named
  const range = parseRange(isGlibcVersion(positive) ? `=${positive}` : positive)
  if (range === null) return []
  return columns.filter(({ glibc }) =>
    glibc === null ? !negated : range.every((comparator) => holds(comparator, glibc)),
  )
}

/** A selector without its `!`, and whether it had one. */
export function unNegated(selector: string): readonly [positive: string, negated: boolean] {
  return selector.startsWith('!') ? [selector.slice(1), true] : [selector, false]
}

function joinRanges(tokens: readonly string[]): string[] {
  const selectors: string[] = []
  let open = false
  tokens.forEach((token, index) => {
    const hyphen = token === '-' || tokens[index - 1] === '-'
    const bound = /^[<>=]/.test(token)
    if (selectors.length > 0 && (hyphen || (bound && open))) selectors.push(`${selectors.pop()} ${token}`)
    else selectors.push(token)
    open = /^!?[<>=]/.test(token)
  })
  return selectors
}

interface Comparator {
  readonly operator: string
  readonly version: string
}

function parseRange(text: string): Comparator[] | null {
  const [from, hyphen, to, ...more] = text.split(' ')
  if (hyphen === '-') {
    if (!isGlibcVersion(from) || !isGlibcVersion(to) || more.length > 0) return null
    return [
      { operator: '>=', version: from },
      { operator: '<=', version: to },
    ]
  }
  const comparators = text.split(' ').map((part) => /^(>=|<=|>|<|=)(.+)$/.exec(part))
  return comparators.every((match) => match !== null && isGlibcVersion(match[2]))
    ? comparators.map((match) => ({ operator: match?.[1] ?? '', version: match?.[2] ?? '' }))
    : null
}

/** Versions are glibc's: a column of musl is picked by its name. */
function holds({ operator, version }: Comparator, glibc: string): boolean {
  if (!isGlibcVersion(glibc)) return false
  const order = compareGlibc(glibc, version)
  return (
    (operator.includes('=') && order === 0) || (operator[0] === '>' && order > 0) || (operator[0] === '<' && order < 0)
  )
}
