import type { Runner } from './project.js'

/**
 * The config that `init` writes: three glibc versions that many users still have, and the options most often changed. Its
 * type comes from a package that the project itself depends on, as only those are found where node_modules is isolated.
 */
export function configText(typescript: boolean, runner: Runner | undefined): string {
  const door = runner ? `${runner}-environment-glibc/config` : '@glibc-matrix/core'
  const [head, tail] = typescript
    ? [`import type { GlibcMatrixConfig } from '${door}'\n\n`, ' satisfies GlibcMatrixConfig']
    : [`/** @type {import('${door}').GlibcMatrixConfig} */\n`, '']
  return `${head}export default {
  // The columns besides the host's own glibc, each called by its version: 2.31, 2.36, 2.41.
  sysroots: ['debian:bullseye', 'debian:bookworm', 'debian:trixie'],

  // Fewer columns for some test files:
  // suites: { 'test/slow/**': '2.31', 'test/new/**': '>=2.36' },

  // Only these programs, instead of all outside of the system's directories:
  // programs: ['build/*'],
}${tail}
`
}
