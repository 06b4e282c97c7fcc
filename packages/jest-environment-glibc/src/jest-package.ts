import { createRequire } from 'node:module'

/** Packages of Jest itself, from the tree of the `jest` that is our peer: each is found from the one that needs it. */
export function jestPackage(...path: readonly string[]): string {
  return ['jest', '@jest/core', ...path].reduce((from, name) => createRequire(from).resolve(name), __filename)
}
