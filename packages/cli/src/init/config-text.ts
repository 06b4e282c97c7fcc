/** The config that `init` writes: three glibc versions that many users still have, and the options most often changed. */
export function configText(typescript: boolean): string {
  const [head, tail] = typescript
    ? ["import type { GlibcMatrixConfig } from '@glibc-matrix/core'\n\n", ' satisfies GlibcMatrixConfig']
    : ["/** @type {import('@glibc-matrix/core').GlibcMatrixConfig} */\n", '']
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
