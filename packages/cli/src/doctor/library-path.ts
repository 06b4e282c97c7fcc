import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isGlibcMatrixError, libcVersion, readElf, type Sysroot } from '@glibc-matrix/core'
import { type Check, type Finding, notice, ok, problem } from './check.js'
import { crashOf } from './crashes.js'

/** Finds a libc.so.6 that the host's loader would meet although it isn't its own. */
export const libraryPath: Check = {
  name: 'LD_LIBRARY_PATH',
  look({ host }) {
    if (host === null) return []
    const own = process.env.LD_LIBRARY_PATH
    const here = own === undefined ? [] : foreignIn(own, process.cwd(), host).map((found) => inEnvironment(found, host))
    const scripts = scriptsHere().flatMap((script) =>
      foreignIn(script.value, script.directory, host).map((found) => inScript(script, found, host)),
    )
    const findings = [...here, ...scripts]
    return findings.length > 0
      ? findings
      : [ok(own ? 'holds no other glibc' : 'not set, and no npm script sets it to another glibc')]
  },
}

interface Foreign {
  readonly file: string
  readonly glibc: string | null
}

/** ld.so(8): directories between colons or semicolons; an empty one is the working directory. */
function foreignIn(value: string, cwd: string, host: Sysroot): Foreign[] {
  if (value === '') return []
  return value.split(/[:;]/).flatMap((directory) => {
    const file = join(resolve(cwd, directory), 'libc.so.6')
    return existsSync(file) && !isHosts(file, host) ? [{ file, glibc: libcVersion(file) }] : []
  })
}

function isHosts(file: string, { libc }: Sysroot): boolean {
  const [one, other] = [statSync(file), statSync(libc.path)]
  if (one.dev === other.dev && one.ino === other.ino) return true
  return libc.buildId !== null && readOrNull(file)?.buildId === libc.buildId
}

function readOrNull(file: string) {
  try {
    return readElf(file)
  } catch (error) {
    if (isGlibcMatrixError(error)) return null
    throw error
  }
}

interface Script {
  readonly name: string
  readonly file: string
  readonly directory: string
  readonly value: string
}

/** npm scripts of the nearest package.json that set the variable, also by way of `env` or `cross-env`. */
function scriptsHere(): Script[] {
  const file = nearestPackage(process.cwd())
  if (file === null) return []
  const directory = dirname(file)
  return Object.entries(scriptsOf(file)).flatMap(([name, script]) =>
    [...String(script).matchAll(/\bLD_LIBRARY_PATH=("[^"]*"|'[^']*'|[^\s;&|]*)/g)].map(([, word = '']) => ({
      name,
      file,
      directory,
      value: expand(word.replace(/^(["'])(.*)\1$/, '$2'), directory),
    })),
  )
}

function nearestPackage(directory: string): string | null {
  const file = join(directory, 'package.json')
  if (existsSync(file)) return file
  return dirname(directory) === directory ? null : nearestPackage(dirname(directory))
}

function scriptsOf(file: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).scripts ?? {}
  } catch {
    return {}
  }
}

/** npm runs a script in its package's directory. */
function expand(word: string, directory: string): string {
  const variables: Readonly<Record<string, string | undefined>> = {
    ...process.env,
    PWD: directory,
    INIT_CWD: process.cwd(),
  }
  return word.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, plain) => variables[braced ?? plain] ?? '')
}

const remedy = (command: string) =>
  `Leave LD_LIBRARY_PATH out: a libc starts only under its own loader. Run: glibc-matrix run --sysroot S -- ${command}`

function inEnvironment(foreign: Foreign, host: Sysroot): Finding {
  return problem(`in the environment it leads to ${explain(foreign, host)}`, remedy('COMMAND'))
}

function inScript({ name, file }: Script, foreign: Foreign, host: Sysroot): Finding {
  return notice(`the script '${name}' of ${file} sets it to ${explain(foreign, host)}`, remedy(`npm run ${name}`))
}

function explain({ file, glibc }: Foreign, host: Sysroot): string {
  return `${file} (glibc ${glibc ?? 'of unknown version'}), while programs are started by the loader of glibc ${host.glibc} (${host.loader}). ${crashOf(glibc, host.glibc)}`
}
