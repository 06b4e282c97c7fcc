import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { selectColumns, suiteRuntime, suiteSelectors } from '@glibc-matrix/core'
import { escapePath, glob } from 'tinyglobby'
import type { Plugin } from 'vitest/config'
import type { TestProject, Vitest } from 'vitest/node'
import { leaveOut } from './left-out.mjs'
import { forgetMatrices, type Matrix, presentable } from './matrix.mjs'
import { type MatrixPlace, setupFile, suiteOf } from './place.mjs'
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
      project.config.sequence = { ...project.config.sequence, groupOrder: place.groupOrder }
      runGlobalSetupOnce(vitest, project)
      const files = await readFiles(project)
      try {
        // A list of its own: projects may share Vitest's default.
        const excluded = excludedFiles(files, place, matrix)
        project.config.exclude = [...project.config.exclude, ...excluded.map(({ glob }) => glob)]
        leaveOut(
          matrix.session.file,
          excluded.map(({ path }) => ({ suite: suiteOf(path, place.root), column: place.column })),
        )
        await choosePool(project, files, matrix)
      } catch (error) {
        throw presentable(error)
      }
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

interface SourceFile {
  readonly path: string
  readonly source: string
  /** For Vitest's `exclude`. */
  readonly glob: string
}

async function readFiles(project: TestProject): Promise<SourceFile[]> {
  const { dir, root, include, exclude, includeSource } = project.config
  const cwd = dir || root
  const found = await glob([...include, ...(includeSource ?? [])], {
    cwd,
    ignore: exclude,
    dot: true,
    expandDirectories: false,
    absolute: true,
  })
  const read = async (path: string): Promise<SourceFile> => {
    return { path, source: await readFile(path, 'utf8'), glob: escapePath(relative(cwd, path)) }
  }
  return Promise.all(found.map(read))
}

/** The test files that don't run in this column, by their pragma or the config's `suites`. */
function excludedFiles(files: readonly SourceFile[], place: MatrixPlace, { config, session }: Matrix): SourceFile[] {
  return files.filter(({ path, source }) => {
    const selectors = suiteSelectors(path, source, config)
    if (selectors === null) return false
    const where = relative(config.root, path)
    return !selectColumns(session.columns, selectors, where, session.narrowed).includes(place.column)
  })
}

/** Vitest's own node part is there by now; a config that only builds doesn't need it. */
async function choosePool(
  project: TestProject,
  files: readonly SourceFile[],
  { config, session }: Matrix,
): Promise<void> {
  const { namespacePool, poolByFile } = await import('./pool.mjs')
  const hasNode = files.some(({ path, source }) => suiteRuntime(path, source, config) === 'node')
  const mayUse = session.strategies.includes('namespace') && config.strategy !== 'auto'
  if (config.namespaces === 'worker' && mayUse && !hasNode) namespacePool(project)
  poolByFile(project, config)
}
