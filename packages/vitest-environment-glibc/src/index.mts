import { builtinEnvironments, type Environment } from 'vitest/runtime'
import { nativeCore } from './native-core.mjs'
import { workerState } from './worker-state.mjs'

const { node } = builtinEnvironments

/**
 * `environment: 'glibc'`: Node's environment by another name. The hook is in a setup file, which a file's
 * `// @vitest-environment` comment can't replace; this only refuses to run where nothing brought the matrix.
 */
const environment: Environment = {
  ...node,
  name: 'glibc',
  viteEnvironment: 'ssr',
  setup(global, options) {
    refuseWithoutMatrix()
    return node.setup(global, options)
  },
}

export default environment

function refuseWithoutMatrix(): void {
  if (workerState()?.providedContext.glibcMatrix !== undefined) return
  const { GlibcMatrixError } = nativeCore.index()
  throw new GlibcMatrixError(
    'SESSION_NOT_FOUND',
    "the environment 'glibc' runs outside of a glibc matrix",
    "Wrap the Vitest config in withGlibcMatrix from 'vitest-environment-glibc/config', or add 'vitest-environment-glibc/reporter' to its reporters.",
  )
}
