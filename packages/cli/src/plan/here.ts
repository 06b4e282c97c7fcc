import { realpathSync } from 'node:fs'
import {
  type Command,
  listSysroots,
  type PlanOptions,
  type ResolvedConfig,
  resolveSysroot,
  type Sysroot,
} from '@glibc-matrix/core'

/** A command as it would be started from here, with our directory and environment. */
export function commandHere(words: readonly string[]): Command {
  const env = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return { file: words[0] as string, args: words, cwd: process.cwd(), env: Object.fromEntries(env) }
}

/** What a plan needs to know of the config and this machine. */
export function planOptions(config: ResolvedConfig, host: Sysroot): PlanOptions {
  const { root, programs, exclude, hostLibraries } = config
  return {
    root: realpathSync(root),
    programs,
    exclude,
    hostLibraries,
    host,
    sysroots: listSysroots(),
    node: { path: realpathSync(process.execPath) },
  }
}

/** The machine's own glibc. */
export function hostSysroot(): Promise<Sysroot> {
  return resolveSysroot({ spec: 'host' }, { install: false })
}
