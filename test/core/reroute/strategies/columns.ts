import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { loadConfig } from '../../../../packages/core/src/config/load.js'
import { gridOf, prepareMatrix } from '../../../../packages/core/src/matrix.js'
import type { Cell } from '../../../../packages/core/src/report/grid.js'
import type { StrategyOption } from '../../../../packages/core/src/reroute/strategies/strategy.js'
import { attach, uninstall } from '../../../../packages/core/src/spawn/attach.js'
import { closeSession } from '../../../../packages/core/src/spawn/session.js'
import { sysroot } from '../sysroots.js'

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
  readonly cell: Cell
}

/** Starts one program in the columns host, 2.31 and 2.41, and answers what each saw and proved, by column. */
export async function runInColumns(
  strategy: StrategyOption,
  root: string,
  argv: readonly string[],
  options: SpawnSyncOptions = {},
  sysroots = ['debian:bullseye', 'debian:trixie'],
) {
  const config = await loadConfig({
    cwd: root,
    overrides: { strategy, sysroots },
    env: {},
  })
  const session = await prepareMatrix(config, { install: true })
  try {
    const outcomes = session.columns.map(({ name: column }) => {
      const { runInTest } = attach({ session: session.file, column, file: 'suite' })
      const [file = '', ...args] = argv
      const ran = runInTest('test', 0, () => spawnSync(file, args, { env: {}, ...options, encoding: 'utf8' }))
      return { column, ran }
    })
    uninstall()
    const results = outcomes.map(({ column, ran }) => {
      const state = ran.status === 0 ? ('pass' as const) : ('fail' as const)
      return { column, suite: 'suite', test: 'test', state, durationMs: 1 }
    })
    const cells = gridOf(session, results).rows[0]?.cells ?? {}
    return Object.fromEntries(
      outcomes.map(({ column, ran }) => {
        const { stdout, stderr, status } = ran
        return [column, { stdout, stderr, status, cell: cells[column] as Cell }]
      }),
    ) as Readonly<Record<string, Ran>>
  } finally {
    uninstall()
    closeSession(session)
  }
}

/** Flags that link against the oldest sysroot's libc, so that the program runs in every column. */
export async function oldLibc(): Promise<readonly string[]> {
  const { libc } = await sysroot('debian:bullseye')
  return ['-nodefaultlibs', libc.path, '-lgcc', '-Wl,--allow-shlib-undefined']
}
