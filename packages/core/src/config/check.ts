import * as v from 'valibot'
import { GlibcMatrixError } from '../errors.js'
import { configKeys, configSchema, type GlibcMatrixConfig } from './schema.js'
import { selectorFault, splitSelectors } from './selectors.js'
import { isSuiteSpec } from './suite-spec.js'

/** One thing that is wrong with a config, as tools may want it. */
export interface ConfigFault {
  /** Path in the config (`sysroots.old.packages[0]`), empty for the config itself. */
  readonly path: string
  readonly found: string
  readonly expected: string
}

/**
 * Answers the value as a config when it has the right shape. `where` is the file, or what else the value came from.
 * Throws CONFIG_INVALID with every fault: path, what was found, what is expected.
 */
export function checkConfig(value: unknown, where: string): GlibcMatrixConfig {
  const result = v.safeParse(configSchema, value)
  const faults = result.success ? meaningFaults(result.output) : result.issues.map(describeIssue)
  if (result.success && faults.length === 0) return result.output
  throw new GlibcMatrixError(
    'CONFIG_INVALID',
    faults
      .map(({ path, found, expected }) => `${where}: ${path && `${path}: `}found ${found}, expected ${expected}`)
      .join('\n'),
    `Correct ${faults.length === 1 ? 'it' : 'them'} in ${where}.`,
    { where, faults },
  )
}

function meaningFaults(config: GlibcMatrixConfig): ConfigFault[] {
  return [...packageFaults(config), ...selectorFaults(config)]
}

function packageFaults({ sysroots = {} }: GlibcMatrixConfig): ConfigFault[] {
  return Object.entries(sysroots).flatMap(([key, entry]) => {
    if (typeof entry === 'string' || entry.packages === undefined) return []
    if ([entry.spec, entry.with].some(isSuiteSpec)) return []
    const path = printPath(['sysroots', Array.isArray(sysroots) ? Number(key) : key, 'packages'])
    return [
      {
        path,
        found: `packages for '${entry.spec}'`,
        expected: "none: only a 'debian:' or 'ubuntu:' sysroot of glibc has packages",
      },
    ]
  })
}

function selectorFaults(config: GlibcMatrixConfig): ConfigFault[] {
  return Object.entries(config.suites ?? {}).flatMap(([glob, value]) =>
    [value].flat().flatMap((text, index) => {
      const path = printPath(Array.isArray(value) ? ['suites', glob, index] : ['suites', glob])
      return splitSelectors(text).flatMap((selector) => {
        const expected = selectorFault(selector)
        return expected === null ? [] : [{ path, found: `'${selector}'`, expected }]
      })
    }),
  )
}

type Issue = v.InferIssue<typeof configSchema>

function describeIssue(issue: Issue): ConfigFault {
  const keys = (issue.path ?? []).map((item) => item.key as string | number)
  const path = printPath(keys)
  const last = issue.path?.at(-1)
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const known = knownKeys(keys)
    const nearest = nearestKey(String(last?.key), known)
    const expected = nearest === null ? `one of ${known.join(', ')}` : `a known key: did you mean '${nearest}'?`
    return { path, found: 'an unknown key', expected }
  }
  return { path, found: found(issue), expected: issue.message }
}

function found({ path, input }: Issue): string {
  const last = path?.at(-1)
  if (last === undefined || !('origin' in last) || last.origin === 'value') return describeValue(input)
  // A key is at fault: it is there and is a bad one, or it is missing.
  return Object.hasOwn(last.input as object, last.key as string) ? `the key ${describeValue(last.key)}` : 'nothing'
}

function knownKeys(keys: readonly (string | number)[]): string[] {
  if (keys.length === 1) return [...configKeys]
  return typeof keys[1] === 'number' ? ['name', 'spec', 'packages', 'with'] : ['spec', 'packages', 'with']
}

function printPath(keys: readonly (string | number)[]): string {
  return keys
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`
      if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`
      return index === 0 ? key : `.${key}`
    })
    .join('')
}

function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'string') return `'${value.length > 60 ? `${value.slice(0, 60)}…` : value}'`
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object') return value instanceof Promise ? 'a promise' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}

function nearestKey(key: string, known: readonly string[]): string | null {
  const scored = known.map((name) => ({ name, distance: editDistance(key.toLowerCase(), name.toLowerCase()) }))
  const best = scored.reduce((one, other) => (other.distance < one.distance ? other : one))
  return best.distance <= Math.max(2, Math.floor(key.length / 3)) ? best.name : null
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
