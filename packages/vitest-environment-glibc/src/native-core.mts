import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Core in a worker. By require, so that Node itself loads it: once for a worker, whatever its pool, out of reach of
 * Vite's transforms and of mocks.
 */
export const nativeCore = {
  hook: (): typeof import('@glibc-matrix/core/register') => require('@glibc-matrix/core/register'),
  /** The whole of it costs another 25 ms: for those who need more than the hook. */
  index: (): typeof import('@glibc-matrix/core') => require('@glibc-matrix/core'),
}
