import type { Start, StrategyName } from './strategy.js'

/** What a program needs beyond `loader`, and the strategies that have it, best first. */
export interface Need {
  readonly reason: string
  readonly strategies: readonly StrategyName[]
}

/** Tells by what its file says why `loader` would not be enough for a program; null when it is. */
export function needOf(_start: Start): Need | null {
  return null
}
