import { afterAll, beforeAll, expect, it } from 'vitest'
import { type GroupedTrap, type Trap, trapsOf } from './traps.js'
import { makeWorld, type Sprung, type StrategyOption, type World, type WorldOptions } from './world.js'

/** What became of each trap in each column. */
export interface Outcome {
  readonly strategy: StrategyOption
  readonly traps: readonly GroupedTrap[]
  stateOf(trap: Trap, column: string): string
}

/** Springs those of the traps that `wanted` picks, once, and judges what became of them in each column. */
export function judgeTraps(
  wanted: (trap: Trap) => boolean,
  options: WorldOptions = {},
  afterwards: (outcome: Outcome, columns: readonly string[]) => void = () => {},
): void {
  const { strategy = 'loader' } = options
  let world: World
  let traps: GroupedTrap[]
  let results: ReturnType<World['results']>
  beforeAll(async () => {
    world = await makeWorld(options)
    traps = trapsOf(world).filter(wanted)
    for (const { name, argv, options, checked } of traps) world.spring(name, argv, options, checked)
    results = world.results()
  })
  afterAll(() => {
    const stateOf = (trap: Trap, column: string) => results.get(trap.name)?.get(column)?.state ?? 'missing'
    afterwards({ strategy, traps, stateOf }, world.columns)
    world.close()
  })

  function each<T>(judge: (trap: Trap, column: string, sprung: Sprung) => T | null): [string, string, T][] {
    return traps.flatMap((trap) =>
      world.columns.flatMap((column): [string, string, T][] => {
        const sprung = results.get(trap.name)?.get(column)
        if (sprung === undefined) throw new Error(`no cell for ${trap.name} in ${column}`)
        const found = judge(trap, column, sprung)
        return found === null ? [] : [[trap.name, column, found]]
      }),
    )
  }

  it('a tick is a run on the libc of the column alone, as the programs say themselves', () => {
    const lies = each((_, column, { state, said }) => {
      const { glibc, inode } = world.identityOf(column)
      const wrong = said.filter((line) => {
        const [version, ...libcs] = line.split(' ')
        return version !== glibc || libcs.length === 0 || libcs.some((libc) => !libc.startsWith(`${inode}:`))
      })
      return state === 'pass' && wrong.length > 0 ? wrong[0] : null
    })
    expect(lies).toEqual([])
  })

  it('a tick has a record for every program that ran, and all of them did', () => {
    const gaps = each(({ runs }, _, { state, said, mapped }) =>
      state === 'pass' && (said.length < runs || mapped < said.length) ? { runs, said: said.length, mapped } : null,
    )
    expect(gaps).toEqual([])
  })

  it('a program that ran is never none', () => {
    expect(each((_, __, { state, said }) => (state === 'none' && said.length > 0 ? said[0] : null))).toEqual([])
  })

  it('each ends as it should', () => {
    const surprises = each((trap, column, { state, reason, said }) =>
      allowedIn(trap, column, strategy).includes(state) ? null : { state, reason, said: said[0] },
    )
    expect(surprises).toEqual([])
  })
}

/** The states that a trap's cell may have. */
export function allowedIn({ allowed, by }: Trap, column: string, strategy: StrategyOption): readonly string[] {
  const wanted = by?.[strategy] ?? allowed
  if (typeof wanted === 'string') return wanted.split('|')
  return (wanted[column] ?? (column === 'host' ? wanted.host : wanted.others)).split('|')
}
