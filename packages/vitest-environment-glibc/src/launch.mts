import { configDefaults } from 'vitest/config'

/** What Vitest's command line says about a run before Vitest has read its config. */
export interface Launch {
  /** Listing and watching must never download. */
  readonly mayInstall: boolean
  /** `--merge-reports` runs nothing. */
  readonly merges: boolean
  readonly mode: string | undefined
  readonly root: string | undefined
}

const commands = ['run', 'watch', 'dev', 'list', 'related', 'bench', 'init']

/** Reads the command line of `vitest`; another program that starts Vitest through its API decides by its config alone. */
export function readLaunch(argv: readonly string[], configuredWatch: boolean | undefined): Launch {
  const args = /(^|[\\/])vitest(\.[cm]?js)?$/.test(argv[1] ?? '') ? argv.slice(2) : []
  const command = args.find((arg) => commands.includes(arg))
  const merges = args.some((arg) => /^--merge-?reports(=|$)/i.test(arg))
  const watches = isWatching(command, args) ?? configuredWatch ?? configDefaults.watch
  return {
    mayInstall: !merges && command !== 'list' && !watches,
    merges,
    mode: flagValue(args, ['--mode']),
    root: flagValue(args, ['--root', '-r']),
  }
}

function isWatching(command: string | undefined, args: readonly string[]): boolean | null {
  if (command === 'run' || command === 'bench' || command === 'list') return false
  if (args.some((arg) => arg === '--run' || arg === '--no-watch' || arg === '--watch=false')) return false
  if (command === 'watch' || command === 'dev') return true
  return args.some((arg) => arg === '--watch' || arg === '-w' || arg === '--watch=true') ? true : null
}

function flagValue(args: readonly string[], names: readonly string[]): string | undefined {
  for (const [index, arg] of args.entries()) {
    if (names.includes(arg)) return args[index + 1]
    const name = names.find((name) => arg.startsWith(`${name}=`))
    if (name !== undefined) return arg.slice(name.length + 1)
  }
  return undefined
}
