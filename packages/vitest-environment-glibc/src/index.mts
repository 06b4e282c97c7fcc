import { builtinEnvironments, type Environment } from 'vitest/runtime'
import { nativeCore } from './native-core.mjs'
import { sessionVariable } from './place.mjs'

const { node } = builtinEnvironments

/**
 * `environment: 'glibc'`: Node's environment by another name, which refuses a run that nothing brought a matrix to. The
 * hook is in a setup file, which a file's `// @vitest-environment` comment can't replace.
 */
const environment: Environment = {
  ...node,
  name: 'glibc',
  viteEnvironment: 'ssr',
  setup(global, options) {
    refuseWithoutMatrix()
    return node.setup(global, options)
  },
  async setupVM(options) {
    refuseWithoutMatrix()
    if (node.setupVM === undefined) throw new TypeError("Vitest's node environment has no setupVM")
    return node.setupVM(options)
  },
}

export default environment

const checked = Symbol.for('glibc-matrix.environment')
type Holder = { [checked]?: boolean }

/** The variable is there for a worker's first file; the setup file takes it away before tests can see it. */
function refuseWithoutMatrix(): void {
  const holder = process as Holder
  if (holder[checked] || process.env[sessionVariable] !== undefined) {
    holder[checked] = true
    return
  }
  const { GlibcMatrixError } = nativeCore.index()
  throw new GlibcMatrixError(
    'SESSION_NOT_FOUND',
    "the environment 'glibc' is used outside of a glibc matrix",
    "Wrap the Vitest config in withGlibcMatrix from 'vitest-environment-glibc/config', or add 'vitest-environment-glibc/reporter' to its reporters.",
  )
}
