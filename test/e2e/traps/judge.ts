import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Trap, trapsOf } from './traps.js'
import { makeWorld, type Sprung, type World } from './world.js'

let world: World
let traps: Trap[]
let results: ReturnType<World['results']>

/** Springs those of the traps that `wanted` picks, once, and judges what became of them in each column. */
export function judgeTraps(wanted: (trap: Trap) => boolean, programs: readonly string[] = []): void {
  beforeAll(async () => {
    world = await makeWorld(programs)
    traps = trapsOf(world).filter(wanted)
    for (const { name, argv, options } of traps) world.spring(name, argv, options)
    results = world.results()
  })
  afterAll(() => world.close())

  it('a tick is a run on the libc of the column alone, as the programs say themselves', () => {
    const lies = each((_, column, { state, said }) => {
      const { glibc, inode } = world.identityOf(column)
      const wrong = said.filter((line) => {
        const [version, ...libcs] = line.split(' ')
        return version !== glibc || libcs.length !== 1 || !libcs[0]?.startsWith(`${inode}:`)
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
      allowedIn(trap, column).includes(state) ? null : { state, reason, said: said[0] },
    )
    expect(surprises).toEqual([])
  })
}

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

function allowedIn({ allowed }: Trap, column: string): readonly string[] {
  if (typeof allowed === 'string') return allowed.split('|')
  return (allowed[column] ?? (column === 'host' ? allowed.host : allowed.others)).split('|')
}
