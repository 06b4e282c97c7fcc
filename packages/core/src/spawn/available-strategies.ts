import { GlibcMatrixError } from '../errors.js'
import type { StrategyName, StrategyOption } from '../reroute/strategies/strategy.js'
import { strategies } from '../reroute/strategies/table.js'
import { whyNoNamespace } from './namespace-probe.js'

/**
 * Tries out what this machine allows: the strategy that was chosen must be; `auto` does without those that aren't.
 *
 * @throws GlibcMatrixError STRATEGY_REFUSED.
 */
export function checkStrategy(option: StrategyOption): readonly StrategyName[] {
  const asked = option === 'auto' ? (Object.keys(strategies) as StrategyName[]) : [option]
  return asked.filter((name) => {
    const reason = name === 'namespace' ? whyNoNamespace() : null
    if (reason !== null && option !== 'auto') throw refused(name, reason)
    return reason === null
  })
}

/**
 * Programs of another machine are started by a loader that is given them as an argument, with an emulator or without; what the
 * kernel executes by its own path is no strategy for them.
 *
 * @throws GlibcMatrixError STRATEGY_REFUSED.
 */
export function checkStrategyAcross(option: StrategyOption, column: string, machine: string): void {
  if (option === 'loader' || option === 'auto') return
  throw new GlibcMatrixError(
    'STRATEGY_REFUSED',
    `the strategy '${option}' can't start programs of the column ${column}, which is of another machine (${machine})`,
    "Take 'loader', or 'auto', which takes it there, or leave the column out.",
    { strategy: option, column, machine },
  )
}

function refused(name: StrategyName, reason: string): GlibcMatrixError {
  return new GlibcMatrixError(
    'STRATEGY_REFUSED',
    `this machine does not allow the strategy '${name}': ${reason}`,
    "Take another one (`strategy: 'loader'` works everywhere), or 'auto', which takes what there is.",
    { strategy: name, reason },
  )
}
