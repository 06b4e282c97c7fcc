import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { selectColumns, suiteSelectors } from '@glibc-matrix/core'
import { escapePath, glob } from 'tinyglobby'
import type { Plugin } from 'vitest/config'
import type { TestProject, Vitest } from 'vitest/node'
import { forgetMatrices, type Matrix, presentable } from './matrix.mjs'
import { type MatrixPlace, setupFile } from './place.mjs'
import GlibcMatrixReporter from './reporter.mjs'

/** Does what only resolved configs allow: Vitest calls it for every project when all of them are known. */
export function matrixPlugin(matrix: Matrix): Plugin {
  return {
    name: 'glibc-matrix',
    async configureVitest({ vitest, project }) {
      vitest.onClose(forgetMatrices)
      appendReporter(vitest)
      const place = project.config.provide?.glibcMatrix as MatrixPlace | undefined
      if (place === undefined) return
      hookFirst(project)
      // Vitest's own node part is there by now; a config that only builds doesn't need it.
      const { poolByFile } = await import('./pool.mjs')
      poolByFile(project, matrix.config)
      project.config.sequence = { ...project.config.sequence, groupOrder: place.groupOrder }
      runGlobalSetupOnce(vitest, project)
      const excluded = await excludedFiles(project, place, matrix).catch((error) => Promise.reject(presentable(error)))
      // A list of its own: projects may share Vitest's default.
      project.config.exclude = [...project.config.exclude, ...excluded]
    },
  }
}

/** Here and not in the config's list: a `--reporter` of the command line replaces that list, and red cells would be green. */
function appendReporter(vitest: Vitest): void {
  const { reporters } = vitest.config as { reporters: unknown[] }
  const isOurs = (reporter: unknown) =>
    reporter instanceof GlibcMatrixReporter ||
    [reporter].flat().some((name) => name === 'vitest-environment-glibc/reporter')
  if (!reporters.some(isOurs)) reporters.push(new GlibcMatrixReporter())
}

/** `extends` puts the user's setup files before ours; what they start must be seen too. */
function hookFirst(project: TestProject): void {
  const others = project.config.setupFiles.filter((file) => file !== setupFile)
  project.config.setupFiles = [setupFile, ...others]
}

/** Moves the global setup of all columns to the root project, whose provided values reach every project. */
function runGlobalSetupOnce(vitest: Vitest, project: TestProject): void {
  const root = vitest.config as { globalSetup: string[] }
  root.globalSetup = [...new Set([...root.globalSetup, ...project.config.globalSetup])]
  project.config.globalSetup = []
}

/** Globs of the test files that don't run in this column, by their pragma or the config's `suites`. */
async function excludedFiles(project: TestProject, place: MatrixPlace, { config, session }: Matrix): Promise<string[]> {
  const { dir, root, include, exclude, includeSource } = project.config
  const cwd = dir || root
  const found = await glob([...include, ...(includeSource ?? [])], {
    cwd,
    ignore: exclude,
    dot: true,
    expandDirectories: false,
    absolute: true,
  })
  const chosen = await Promise.all(
    found.map(async (file) => {
      const selectors = suiteSelectors(file, await readFile(file, 'utf8'), config)
      if (selectors === null) return true
      const where = relative(config.root, file)
      return selectColumns(session.columns, selectors, where, session.narrowed).includes(place.column)
    }),
  )
  return found.filter((_, index) => !chosen[index]).map((file) => escapePath(relative(cwd, file)))
}
