import { resolve } from 'node:path'
import type { ConfigEnv, ViteUserConfig } from 'vitest/config'
import { readLaunch } from './launch.mjs'
import { type AdapterOptions, openMatrix } from './matrix.mjs'
import { matrixPlugin } from './plugin.mjs'
import { composeProjects } from './projects.mjs'

export type { GlibcMatrixConfig } from '@glibc-matrix/core'
export type { AdapterOptions } from './matrix.mjs'

type UserConfig =
  | ViteUserConfig
  | Promise<ViteUserConfig>
  | ((env: ConfigEnv) => ViteUserConfig | Promise<ViteUserConfig>)

/**
 * Runs a Vitest suite in every column of the matrix: each project of the config becomes one project a column. Missing
 * sysroots are installed while the config loads, except when Vitest lists or watches.
 *
 * @throws GlibcMatrixError whatever keeps a column from being had, and every fault of the config.
 */
export async function withGlibcMatrix(userConfig: UserConfig, options: AdapterOptions = {}): Promise<ViteUserConfig> {
  const { mode = 'test' } = readLaunch(process.argv, undefined)
  const user = await (typeof userConfig === 'function' ? userConfig({ command: 'serve', mode }) : userConfig)
  // A vite.config.* also serves `vite build`, which has no tests.
  if (process.env.VITEST === undefined) return user
  const launch = readLaunch(process.argv, user.test?.watch)
  const root = resolve(launch.root ?? user.test?.root ?? user.root ?? process.cwd())
  const { mayInstall, merges } = launch
  const matrix = await openMatrix(root, options, { mayInstall, merges })
  return {
    ...user,
    plugins: [...(user.plugins ?? []), matrixPlugin(matrix)],
    test: { ...user.test, projects: await composeProjects(user, root, matrix, launch) },
  }
}
