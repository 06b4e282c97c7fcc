import { dirname } from 'node:path'
import type { Sysroot } from '../sysroot/sysroot.js'
import type { HostLibrary } from './decision.js'

/**
 * argv that starts a program on a sysroot with raw ld.so, for people and reports: no seal, no shim. `args` begins with
 * argv[0]; `lent` adds the directories of libraries that the host lends.
 */
export function byHand(
  program: string,
  args: readonly string[],
  sysroot: Sysroot,
  env: Readonly<Record<string, string>>,
  lent: readonly HostLibrary[] = [],
  emulator: string | null = null,
): readonly string[] {
  const [argv0 = program, ...rest] = args
  const own = env.LD_LIBRARY_PATH
  // --library-path replaces the variable (ld.so(8)); an empty variable is as good as none.
  const given = own === undefined || own === '' ? [] : [own]
  const directories = [...sysroot.libraryPath, ...given, ...lent.map(({ path }) => dirname(path))]
  const named = sysroot.loaderOptions.includes('--argv0') && argv0 !== program ? ['--argv0', argv0] : []
  const emulated = emulator === null ? [] : [emulator]
  return [
    ...emulated,
    sysroot.loader,
    '--library-path',
    [...new Set(directories)].join(':'),
    ...named,
    program,
    ...rest,
  ]
}

/** Entries that the command by hand needs in its environment, so that iconv and locales are the sysroot's. */
export function envByHand(sysroot: Sysroot, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  if (sysroot.path === '/') return {}
  const entries: readonly (readonly [string, string | null])[] = [
    ['GCONV_PATH', sysroot.gconv],
    ['LOCPATH', sysroot.locales],
  ]
  const absent = entries.filter((entry): entry is [string, string] => entry[1] !== null && env[entry[0]] === undefined)
  return Object.fromEntries(absent)
}
