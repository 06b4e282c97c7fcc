import { needOf } from './auto.js'
import type { Start, Strategy, StrategyName, StrategyOption } from './strategy.js'
import { strategies } from './table.js'

/** The strategy for one start, or why there is none: never silently another one than the user's. */
export type Choice =
  | { readonly strategy: Strategy; readonly reason: string | null }
  | { readonly strategy: null; readonly reason: string }

/** `available` names the strategies that this machine allows, as the session found out. */
export function chooseStrategy(option: StrategyOption, start: Start, available: readonly StrategyName[]): Choice {
  if (option !== 'auto') return admit(strategies[option], start, null)
  const need = needOf(start)
  if (need === null) return { strategy: strategies.loader, reason: null }
  // Only `loader` gives an emulator a command line to run; a path of its own would be the kernel's to execute.
  if (start.seal.emulator) return { strategy: strategies.loader, reason: `${need.reason}, but needs an emulator` }
  const refusals: string[] = []
  for (const name of need.strategies.filter((each) => available.includes(each))) {
    const choice = admit(strategies[name], start, need.reason)
    if (choice.strategy !== null) return choice
    refusals.push(choice.reason)
  }
  return { strategy: null, reason: [need.reason, ...refusals].join('; ') }
}

function admit(strategy: Strategy, start: Start, reason: string | null): Choice {
  const refusal = strategy.refusal(start)
  return refusal === null ? { strategy, reason } : { strategy: null, reason: `strategy ${strategy.name}: ${refusal}` }
}
