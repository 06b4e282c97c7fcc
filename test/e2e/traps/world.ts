import { execFileSync, type SpawnSyncOptions, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { dirSync } from 'tmp'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import {
  type Attachment,
  attach,
  closeSession,
  gridOf,
  loadConfig,
  prepareMatrix,
  type Session,
  uninstall,
} from './built.js'

/** One start of a trap in one column. */
export interface Sprung {
  readonly state: string
  readonly reason: string
  /** What the programs said themselves: `2.31 4711:/store/lib/libc-2.31.so`. */
  readonly said: readonly string[]
  readonly mapped: number
}

export type Options = Pick<SpawnSyncOptions, 'uid' | 'gid' | 'cwd' | 'env' | 'input' | 'timeout'>

export interface World {
  readonly directory: string
  readonly columns: readonly string[]
  /** glibc and inode of a column's libc. */
  identityOf(column: string): { readonly glibc: string | null; readonly inode: string | undefined }
  /** The test passes whatever becomes of the command, so that the cell is what the evidence says. */
  spring(name: string, argv: readonly string[], options?: Options): void
  /** What a command prints in a column; null: without the hook. */
  observe(column: string | null, argv: readonly string[]): { status: number | null; stdout: string; stderr: string }
  results(): ReadonlyMap<string, ReadonlyMap<string, Sprung>>
  close(): void
}

const sysroots = ['debian:bullseye', 'debian:bookworm', 'debian:trixie', 'debian:forky', 'debian:experimental']

/** Compiles the programs, opens a session over all sysroots, and lets commands run in each column as a test would. */
export async function makeWorld(more: readonly string[] = []): Promise<World> {
  const directory = realpathSync(dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-traps-' }).name)
  chmodSync(directory, 0o755)
  await buildPrograms(directory, [
    ...['tells-libc', 'tells-libc-static', 'tells-libc-static-pie', 'opens-library', ...more],
    ...['starts-oddly', 'starts-oddly-early', 'starts-oddly-static'],
  ])
  furnish(directory)
  const session = await prepareMatrix(await loadConfig({ cwd: directory, overrides: { sysroots } }), { install: true })
  return inSession(session, directory)
}

function inSession(session: Session, directory: string): World {
  const columns = session.columns.map(({ name }) => name)
  const log = join(directory, 'log')
  const said = new Map<string, string[]>()
  const tests: Parameters<typeof gridOf>[1][number][] = []
  return {
    directory,
    columns,
    identityOf(column) {
      const found = session.columns.find(({ name }) => name === column)
      return { glibc: found?.glibc ?? null, inode: found?.sysroot?.libc.inode }
    },
    spring(test, argv, options = {}) {
      for (const column of columns) {
        writeFileSync(log, '')
        chmodSync(log, 0o666)
        const attachment: Attachment = attach({ session: session.file, column, file: 'traps' })
        const { stdout } = attachment.runInTest(test, 0, () => start(argv, options))
        const output = `${stdout}${readFileSync(log, 'utf8')}`
        said.set(
          `${test}\0${column}`,
          [...output.matchAll(/^ran (.*)$/gm)].map(([, line = '']) => line),
        )
        tests.push({ column, suite: 'traps', test, state: 'pass', durationMs: 0 })
      }
    },
    observe(column, argv) {
      if (column === null) uninstall()
      const run = () => start(argv, { cwd: directory, env: { PATH: process.env.PATH, ONE: '1', 'odd name': 'x=y' } })
      const { status, stdout, stderr } =
        column === null ? run() : attach({ session: session.file, column, file: 'seen' }).runInTest('seen', 0, run)
      return { status, stdout: String(stdout), stderr: String(stderr) }
    },
    results() {
      const { rows } = gridOf(session, tests)
      return new Map(
        rows.map(({ test, cells }) => {
          const sprung = columns.map((column) => {
            const { state = 'missing', reason = '', records = [] } = cells[column] ?? {}
            const mapped = records.filter(({ proof }) => proof === 'mapped').length
            return [column, { state, reason, said: said.get(`${test}\0${column}`) ?? [], mapped }] as const
          })
          return [test, new Map(sprung)] as const
        }),
      )
    },
    close() {
      uninstall()
      closeSession(session)
    },
  }
}

function start([file = '', ...args]: readonly string[], options: Options) {
  return spawnSync(file, args, { encoding: 'utf8', timeout: 60_000, ...options })
}

/** Files that the traps need beside the programs. */
function furnish(directory: string): void {
  const at = (...names: string[]) => join(directory, ...names)
  const tells = at('tells-libc')
  const say = `${tells} ${at('log')}`
  const script = (name: string, text: string) => writeFileSync(at(name), text, { mode: 0o755 })
  script('script.sh', `#!/bin/sh\n${say}\n`)
  script('script-env.sh', `#!/usr/bin/env bash\n${say}\n`)
  script('script.py', `#!/usr/bin/python3\nimport subprocess\nsubprocess.check_call(['${tells}', '${at('log')}'])\n`)
  script('script-nested', `#!${at('script.sh')}\n`)
  script('script-plain', `${say}\n`)
  script('script-native', `#!${tells} ${at('log')}\n`)
  mkdirSync(at('node_modules/.bin'), { recursive: true })
  mkdirSync(at('node_modules/tool/bin'), { recursive: true })
  const launcher = `#!/usr/bin/env node
const { status } = require('child_process').spawnSync('${tells}', ['${at('log')}'], { stdio: 'inherit' })
process.exit(status)
`
  script('node_modules/tool/bin/tool.js', launcher)
  symlinkSync('../tool/bin/tool.js', at('node_modules/.bin/tool'))
  writeFileSync(at('Makefile'), `all: one two\none two:\n\t@${say}\n`)
  symlinkSync('tells-libc', at('link'))
  linkSync(tells, at('hard-link'))
  mkdirSync(at('elsewhere'))
  copyFileSync(tells, at('elsewhere/program with spaces'))
  copyFileSync(tells, at('set-id'))
  chmodSync(at('set-id'), 0o4755)
  copyFileSync(tells, at('unreadable'))
  chmodSync(at('unreadable'), 0o711)
  linkToHost(directory)
}

const hostLibraries = '/lib/x86_64-linux-gnu'

/** Programs whose own words lead to the host's libraries. */
function linkToHost(directory: string): void {
  const at = (name: string) => join(directory, name)
  const source = new URL('../../../fixtures/programs/tells-libc.c', import.meta.url).pathname
  const cc = (...args: string[]) =>
    execFileSync('cc', args, { cwd: directory, stdio: ['pipe', 'pipe', 'inherit'], input: 'int mid = 1;' })
  const library = ['-x', 'c', '-shared', '-fPIC', '-', '-x', 'none']
  cc('-o', at('rpath'), source, `-Wl,-rpath,${hostLibraries},--disable-new-dtags`)
  cc('-o', at('runpath'), source, `-Wl,-rpath,${hostLibraries},--enable-new-dtags`)
  cc('-o', 'libmid.so', ...library, '-Wl,--no-as-needed', '-lm', `-Wl,-rpath,${hostLibraries},--disable-new-dtags`)
  cc('-o', at('rpath-of-library'), source, '-Wl,--no-as-needed', at('libmid.so'), '-Wl,-rpath,$ORIGIN')
  cc('-o', 'slash.so', ...library, `-Wl,-soname,${hostLibraries}/libc.so.6`)
  cc('-o', at('needed-with-slash'), source, '-Wl,--no-as-needed', at('slash.so'))
}
