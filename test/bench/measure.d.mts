export interface Samples {
  readonly wall: readonly number[]
  readonly cpu: readonly number[]
}

export interface Rounds<Name> {
  readonly rounds: number
  readonly calls?: number
  readonly each?: number
  readonly warmUp?: number
  readonly before?: (name: Name) => unknown
}

export function interleave<Name extends string>(
  ways: Readonly<Record<Name, () => unknown>>,
  rounds: Rounds<Name>,
): Promise<Readonly<Record<Name, Samples>>>
export function spread(values: readonly number[]): { median: number; low: number; high: number }
