import { TestEnvironment } from 'jest-environment-node'
import { withGlibc } from './with-glibc.js'

/** `testEnvironment: 'glibc'`: Node's environment with the hook of one column. */
const GlibcEnvironment = withGlibc(TestEnvironment)

export default GlibcEnvironment
export type { CurrentColumn, KnownColumn } from './column-object.js'
export { GlibcEnvironment, GlibcEnvironment as TestEnvironment, withGlibc }
