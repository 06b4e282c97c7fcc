import { jestPackage } from './jest-package.js'

let warm = false

/**
 * Loads the native resolver that Jest 30 would load while the worker's first test file runs: an addon that a test loads
 * makes its cells unproven, and this one is Jest's own. Transformers with an addon are loaded before the environment.
 */
export function loadJestAddons(): void {
  if (warm) return
  warm = true
  const resolver = resolverAddon()
  if (resolver !== null) require(resolver)
}

/** null where there is none, as in Jest 29. */
function resolverAddon(): string | null {
  try {
    return jestPackage('jest-resolve', 'unrs-resolver')
  } catch {
    return null
  }
}
