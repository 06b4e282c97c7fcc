import type { TestProjectInlineConfiguration, ViteUserConfig } from 'vitest/config'
import type { Launch } from './launch.mjs'
import type { Matrix } from './matrix.mjs'
import { type MatrixPlace, reference, setupFile } from './place.mjs'
import { matrixPlugin } from './plugin.mjs'
import { readUserProjects } from './user-projects.mjs'

/**
 * The projects of a run: each of the user's, or the config itself when it has none, once for every column that can run.
 * They are plain values without options of Vite's, so that Vitest can share one server among those that extend the root.
 */
export async function composeProjects(
  user: ViteUserConfig,
  root: string,
  matrix: Matrix,
  { merges }: Pick<Launch, 'merges'>,
): Promise<TestProjectInlineConfiguration[]> {
  const columns = matrix.session.columns.filter(({ skip }) => skip === null || merges).map(({ name }) => name)
  const bases = user.test?.projects
    ? await readUserProjects(user.test.projects, root)
    : [{ extends: true as const, test: {} }]
  return bases.flatMap((base, index) => {
    // A browser's tests start no programs of this machine.
    if (base.test?.browser?.enabled) return [base]
    return columns.map((column) => inColumn(base, column, { index, bases, columns, matrix }))
  })
}

interface Setting {
  readonly index: number
  readonly bases: readonly TestProjectInlineConfiguration[]
  readonly columns: readonly string[]
  readonly matrix: Matrix
}

function inColumn(
  base: TestProjectInlineConfiguration,
  column: string,
  setting: Setting,
): TestProjectInlineConfiguration {
  const { session } = setting.matrix
  const groupOrder = groupOrderOf(base, column, setting)
  const place: MatrixPlace = { session: session.file, column, root: session.report.root, groupOrder, nodeFiles: [] }
  const { setupFiles = [], provide, sequence, name } = base.test ?? {}
  return {
    ...base,
    // What extends the root has the root's plugins.
    ...(base.extends === true ? {} : { plugins: [...(base.plugins ?? []), matrixPlugin(setting.matrix)] }),
    test: {
      ...base.test,
      name: nameIn(column, name),
      provide: { ...provide, glibcMatrix: place },
      setupFiles: [setupFile, ...[setupFiles].flat()],
      sequence: { ...sequence, groupOrder },
    },
  }
}

type ProjectName = NonNullable<TestProjectInlineConfiguration['test']>['name']

function nameIn(column: string, name: ProjectName): NonNullable<ProjectName> {
  if (name === undefined) return `glibc-${column}`
  if (typeof name === 'string') return `${name} · glibc-${column}`
  return { ...name, label: `${name.label} · glibc-${column}` }
}

/**
 * The reference column is a group of its own and runs first, so that the others find its snapshots written. Groups begin
 * at 1: Vitest moves files of group 0 to the end when only one worker may run. A user's own order stays the outer one.
 */
function groupOrderOf(base: TestProjectInlineConfiguration, column: string, setting: Setting): number {
  const { index, bases, columns, matrix } = setting
  const step = matrix.config.columns === 'serial' ? columns.indexOf(column) : Number(column !== reference)
  // Vitest refuses two numbers of workers in one group, unless a project runs its files one at a time.
  const apart = bases.some(({ test }) => test?.maxWorkers !== undefined || test?.fileParallelism !== undefined)
  const own = (base.test?.sequence?.groupOrder ?? 0) * bases.length + (apart ? index : 0)
  return 1 + own * columns.length + step
}
