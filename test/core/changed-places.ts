import fc from 'fast-check'

/** The keys that lead to a value, with dots between; empty for the whole. */
export type Place = string

/** A value's text after one change at one place of it: the place is left out, doubled, called otherwise or anything else. */
export function changedPlaces(value: unknown): fc.Arbitrary<{ readonly place: Place; readonly text: string }> {
  const places = placesOf(value, [])
  const change = fc.oneof(
    fc.constant({ way: 'leave out' } as const),
    fc.constant({ way: 'double' } as const),
    fc.record({ way: fc.constant('rename' as const), to: fc.oneof(fc.constantFrom(...names), fc.string()) }),
    fc.record({ way: fc.constant('replace' as const), by: fc.oneof(fc.jsonValue(), fc.constantFrom(...words)) }),
  )
  return fc.record({ path: fc.constantFrom(...places), change }).map(({ path, change: made }) => ({
    place: path.join('.'),
    text: JSON.stringify(changed(value, path, made)) ?? 'null',
  }))
}

const names = ['constructor', '__proto__', 'toString', 'name', 'state', '0', 'host', '2.31', 'rows']
/** Values that a blob has, and numbers that are none for JSON. */
const words = [
  'pass',
  'none',
  'skip',
  'warn',
  'allow',
  'host',
  '2.31',
  'vitest',
  'jest',
  0,
  1,
  -1,
  1e308,
  null,
  true,
  false,
  [],
  {},
]

type Change =
  | { readonly way: 'leave out' | 'double' }
  | { readonly way: 'rename'; readonly to: string }
  | { readonly way: 'replace'; readonly by: unknown }

function changed(value: unknown, path: readonly string[], change: Change): unknown {
  const [key, ...rest] = path
  if (key === undefined) return change.way === 'replace' ? change.by : value
  if (Array.isArray(value)) {
    return value.flatMap((each, index) => {
      if (`${index}` !== key) return [each]
      if (rest.length > 0) return [changed(each, rest, change)]
      if (change.way === 'leave out') return []
      return change.way === 'double' ? [each, each] : [change.way === 'replace' ? change.by : each]
    })
  }
  const entries = Object.entries(value as object).flatMap(([name, each]): (readonly [string, unknown])[] => {
    if (name !== key) return [[name, each]]
    if (rest.length > 0) return [[name, changed(each, rest, change)]]
    if (change.way === 'leave out') return []
    if (change.way === 'rename') return [[change.to, each]]
    return [[name, change.way === 'replace' ? change.by : each]]
  })
  return Object.fromEntries(entries)
}

function placesOf(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, each]) => placesOf(each, [...path, key]))]
}
