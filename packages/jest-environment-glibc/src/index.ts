import { TestEnvironment as NodeEnvironment } from 'jest-environment-node'
import type * as columns from './column-object.js'
import { withGlibc } from './with-glibc.js'

const TestEnvironment = withGlibc(NodeEnvironment)

/** `testEnvironment: 'glibc'`: Node's environment with the hook of one column. */
const GlibcEnvironment = Object.assign(TestEnvironment, { TestEnvironment, withGlibc })
declare namespace GlibcEnvironment {
  export type CurrentColumn = columns.CurrentColumn
  export type KnownColumn = columns.KnownColumn
}

// From these lines Node knows the names that an ES module may import (cjs-module-lexer).
exports.TestEnvironment = TestEnvironment
exports.withGlibc = withGlibc
export = GlibcEnvironment
