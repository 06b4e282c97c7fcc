import { join } from 'node:path'
import type { Options, StrategyOption, World } from './world.js'

/** States that a cell may have: in every column, or in the host's and in all others, or by column; separated by `|`. */
export type Allowed = string | ({ readonly host: string; readonly others: string } & Readonly<Record<string, string>>)

/** A real program and a real start of it. */
export interface Trap {
  readonly name: string
  readonly argv: readonly string[]
  readonly options?: Options
  readonly allowed: Allowed
  /** How many programs under test say which libc they ran on; each must leave its own record. */
  readonly runs: number
  /** More than a C compiler and what every system has: `tools` is tested with further packages, `root` as root alone. */
  readonly needs?: 'tools' | 'root' | undefined
  /** Whether the test fails with the program: one that runs on its libc may still miss something else. */
  readonly checked?: boolean
  /** What a strategy makes of it that is not as the others do. */
  readonly by?: Partial<Readonly<Record<StrategyOption, Allowed>>>
}

type More = Partial<Pick<Trap, 'options' | 'needs' | 'checked' | 'by'>>

/** What the groups of traps are made with. */
export interface Kit {
  readonly directory: string
  /** A file of the traps' directory. */
  at(name: string): string
  /** The host's library directory. */
  readonly host: string
  readonly log: string
  /** The program that says which libc it runs on, and as words of a shell with the log it also says it to. */
  readonly tells: string
  readonly say: string
  trap(name: string, argv: readonly string[], allowed?: Allowed, runs?: number, more?: More): Trap
  sh(name: string, text: string, allowed?: Allowed, runs?: number, more?: More): Trap
  /** By a program of fixtures/programs/starts-oddly.c. */
  oddly(way: string, allowed?: Allowed, runs?: number, more?: More): Trap
  /** By a program of fixtures/programs/opens-library.c. */
  opens(way: string, end: string, own?: string): Trap
  foreign(others: string): Allowed
  /** For programs that need the host's libc, which the oldest column does not have. */
  newer(others: string, host?: string): Allowed
}

export function kitOf({ directory, columns, identityOf }: World): Kit {
  const host = '/lib/x86_64-linux-gnu'
  const at = (name: string) => join(directory, name)
  const [tells, log] = [at('tells-libc'), at('log')]
  const { glibc } = identityOf('host')
  const twins = columns.filter((column) => column !== 'host' && identityOf(column).glibc === glibc)
  const trap: Kit['trap'] = (name, argv, allowed = 'pass', runs = 1, more = {}) => ({
    name,
    argv,
    allowed,
    runs,
    ...more,
  })
  return {
    ...{ directory, at, host, log, tells, trap },
    say: `${tells} ${log}`,
    sh: (name, text, ...rest) => trap(name, ['sh', '-c', text], ...rest),
    oddly: (way, ...rest) => trap(`started by ${way}`, [at('starts-oddly'), ...way.split(' '), tells, log], ...rest),
    opens(way, end, own = 'pass') {
      // Where the host's version and the column's are one, a version string would never tell.
      const alike = Object.fromEntries(twins.map((column) => [column, 'fail|unproven']))
      const argv = [at('opens-library'), way, `${host}/libc.so.6`, end]
      return trap(`${way} of the host's libc, then ${end}`, argv, { host: own, others: 'pass|fail|unproven', ...alike })
    },
    foreign: (others) => ({ host: 'pass', others }),
    newer: (others, own = others) => ({ host: own, others: `${others}|incompatible`, '2.31': 'incompatible' }),
  }
}
