import { matrixOptions } from './column.js'
import { coreIndex } from './core-index.js'
import type { EnvironmentConfig, EnvironmentContext, JestEnvironment } from './jest.js'
import { presenting } from './present.js'
import { withGlibc } from './with-glibc.js'

type EnvironmentClass = new (config: EnvironmentConfig, context: EnvironmentContext) => JestEnvironment

/** What the sequencer puts in the place of each project's own environment: that one, with the hook. */
export default function MatrixEnvironment(config: EnvironmentConfig, context: EnvironmentContext): JestEnvironment {
  const path = matrixOptions(config.projectConfig)?.environment ?? require.resolve('jest-environment-node')
  const Environment = withGlibc(presenting(() => load(path)))
  return new Environment(config, context)
}

function load(path: string): EnvironmentClass {
  try {
    const loaded = require(path) as EnvironmentClass | { default: EnvironmentClass }
    return 'default' in loaded ? loaded.default : loaded
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ERR_REQUIRE_ESM' && code !== 'ERR_REQUIRE_ASYNC_MODULE' && !(error instanceof SyntaxError))
      throw error
    throw notRequirable(path, error)
  }
}

function notRequirable(path: string, cause: unknown): Error {
  const { GlibcMatrixError } = coreIndex()
  return new GlibcMatrixError(
    'CONFIG_INVALID',
    `the test environment ${path} can't be loaded by require()`,
    "Have it export `withGlibc(ItsClass)` of 'jest-environment-glibc', or write it as CommonJS.",
    { path },
    cause,
  )
}
