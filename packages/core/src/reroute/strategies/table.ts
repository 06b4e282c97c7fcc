import { loader } from './loader.js'
import { namespace } from './namespace.js'
import { patch } from './patch.js'
import type { Strategy, StrategyName } from './strategy.js'

export const strategies: Readonly<Record<StrategyName, Strategy>> = { loader, patch, namespace }
