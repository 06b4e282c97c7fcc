/** Quartiles of what the rounds gave. */
export interface Spread {
  readonly median: number
  readonly low: number
  readonly high: number
}

export interface Figure {
  readonly id: string
  readonly what: string
  readonly beside: string
  readonly as: 'ratio' | 'faster' | 'beyond' | 'rate' | 'size'
  readonly unit: 'µs' | 'MB'
  readonly own: Spread
  readonly peer: Spread | null
  readonly result: Spread
  readonly cpu: number | null
  readonly goal: { readonly atMost: number } | { readonly atLeast: number } | null
}

/** A peer that the machine lacks. */
export type Missing = Pick<Figure, 'id' | 'what' | 'beside'> & { readonly missing: string }

/** A theme's results, as its JSON holds them. */
export interface Result {
  readonly theme: string
  readonly title: string
  readonly date: string
  readonly node: string
  readonly machine: string
  readonly processors: number
  readonly seconds: number
  readonly others: number
  readonly figures: readonly (Figure | Missing)[]
}

export const themes: readonly string[]
export function readResults(): readonly Result[]
export function docsTable(): string
export function renderAll(results: readonly Result[]): string
export function unexplained(results: readonly Result[]): readonly string[]
