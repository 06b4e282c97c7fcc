import { defineConfig } from 'vitest/config'

const seconds = 1000

/** Tests are real: they compile, install and spawn. The time-outs are only there to end what hangs. */
function project(name: string, timeout: number) {
  return {
    test: {
      name,
      include: name === 'unit' ? ['test/{core,bench}/**/*.test.ts'] : [`test/${name}/**/*.test.ts`],
      pool: 'forks' as const,
      setupFiles: 'test/setup.ts',
      testTimeout: timeout,
      hookTimeout: timeout,
    },
  }
}

export default defineConfig({
  test: {
    projects: [
      project('unit', 60 * seconds),
      project('e2e', 180 * seconds),
      project('full', 900 * seconds),
      project('source', 900 * seconds),
    ],
  },
})
