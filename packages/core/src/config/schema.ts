import * as v from 'valibot'

/** What a user writes in `glibc-matrix.config.*`, and what adapters and the CLI may override. All of it is optional. */
export interface GlibcMatrixConfig {
  /** The columns besides `host`: name → spec, or a list of specs, each named by its glibc version later. */
  sysroots?: Record<string, SysrootEntry> | (string | NamedSysrootEntry)[] | undefined
  /** Which columns a test file runs in: glob, relative to the root → names, versions or ranges. The last match counts. */
  suites?: Record<string, string | string[]> | undefined
  /** Whether a suite's own Node, and with it its addons, runs on the column's glibc: for all, or by glob; the last match counts. Default `host`. */
  runtime?: RuntimeName | Record<string, RuntimeName> | undefined
  /** Another Node for suites of `runtime: 'node'`, where this one needs a newer glibc than a column has. */
  node?: string | undefined
  /** Globs that narrow the programs which are rerouted. */
  programs?: string[] | undefined
  /** Globs of programs that are never rerouted. */
  exclude?: string[] | undefined
  /** Base URLs of mirrors of Debian (or Ubuntu; each suite comes from the first that has it), instead of the machine's own apt configuration. */
  mirrors?: string[] | undefined
  /** Keyring file that signatures are checked with, relative to the config file. */
  keyring?: string | undefined
  /** Install from a mirror whose signature can't be checked. */
  allowUnsigned?: boolean | undefined
  /** Further packages for every `debian:` and `ubuntu:` sysroot. */
  packages?: string[] | undefined
  /** Whether the host may lend a library that a sysroot lacks. Default `allow`. */
  hostLibraries?: 'allow' | 'refuse' | undefined
  /** How a program is made to run on a column's glibc. Default `loader`. */
  strategy?: 'loader' | 'patch' | 'namespace' | 'auto' | undefined
  /** With `namespace`: one for each start, or one for a worker, which shows programs for as long as it lives. Default `spawn`. */
  namespaces?: 'spawn' | 'worker' | undefined
  /**
   * Who counts what programs start: the kernel where it can (`auto`), the kernel or the cell is unproven (`exact`), or the
   * programs' shims alone (`shim`). Without CAP_SYS_ADMIN the kernel counts under no_new_privs. Default `auto`.
   */
  accounting?: 'auto' | 'exact' | 'shim' | undefined
  /** What happens when a sysroot can't be had. Default `fail`. */
  onMissing?: 'fail' | 'skip' | undefined
  /** Whether a cell whose program can't load in its glibc is red. Default `fail`. */
  incompatible?: 'fail' | 'allow' | undefined
  /** Whether a cell without proof is red. Default `fail`; with `warn` it is told, and still never a tick. */
  unproven?: 'warn' | 'fail' | undefined
  /** Whether the columns of one test file may run at once. Default `parallel`. */
  columns?: 'parallel' | 'serial' | undefined
  /** Where the grid is written as JSON, relative to the root. */
  outputFile?: string | undefined
  /** Further reports: files of JUnit's XML, of one HTML page and of Markdown; GitHub's summary and annotations come by themselves in its jobs. */
  reports?: ReportsConfig | undefined
  /** Directory in which every run leaves its records, for `glibc-matrix merge`; relative to the root. GLIBC_MATRIX_BLOB is the same. */
  blob?: string | undefined
  /** File of `glibc-matrix merge --timings`, by which `--shard` is cut into shards that take as long. GLIBC_MATRIX_TIMINGS is the same. */
  timings?: string | undefined
}

/** Files of reports, relative to the root; `github: 'never'` keeps a job of GitHub without its summary and annotations. */
interface ReportsConfig {
  junit?: string | undefined
  html?: string | undefined
  markdown?: string | undefined
  github?: 'auto' | 'never' | undefined
}

/** Whose libc a suite's own Node runs on: the host's, or the column's. */
export type RuntimeName = 'host' | 'node'
/** A sysroot in an object of them, by its column's name. */
export type SysrootEntry = string | DetailedSysroot
/** A sysroot in a list; without a name its libc's version is its name. */
export type NamedSysrootEntry = { name?: string | undefined } & DetailedSysroot

/** A spec with what belongs to it. */
interface DetailedSysroot {
  spec: string
  packages?: string[] | undefined
  /** Another spec: the sysroot whose libraries stand in for those that this one lacks, such as libstdc++. */
  with?: string | undefined
}

/** Types a config file in JavaScript or TypeScript; changes nothing. */
export function defineConfig(config: GlibcMatrixConfig): GlibcMatrixConfig {
  return config
}

const text = (expected: string) => v.pipe(v.string(expected), v.trim(), v.nonEmpty(expected))
const list = (item: string) => v.array(text(item), `a list, each item ${item}`)
const oneOf = <const T extends readonly [string, ...string[]]>(...options: T) =>
  v.picklist(options, options.map((option) => `'${option}'`).join(' or '))

const specText = "a spec such as 'debian:bullseye' or 'dir:/opt/glibc'"
const entryText = `${specText}, or {spec, packages, with}`
const nameText = 'a column name of letters, digits and . _ + - (at most 64), and not constructor or prototype'
const packageText = "the name of a Debian package, such as 'zlib1g'"

const columnName = v.pipe(
  v.string(nameText),
  v.regex(/^(?!(?:constructor|prototype)$)[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/, nameText),
)
// Debian policy 5.6.1: lower case letters, digits, + - . and at least two characters.
const packageName = v.pipe(v.string(packageText), v.regex(/^[a-z0-9][a-z0-9+.-]+$/, packageText))
const packages = v.optional(v.array(packageName, 'a list of Debian package names'))
const spec = text(specText)
const companions = v.optional(spec)

const sysrootEntry = v.lazy((input) =>
  isRecord(input) ? v.strictObject({ spec, packages, with: companions }, entryText) : text(entryText),
)
const namedEntry = v.lazy((input) =>
  isRecord(input)
    ? v.strictObject({ name: v.optional(columnName), spec, packages, with: companions }, entryText)
    : text(entryText),
)
const sysroots = v.lazy((input) => {
  if (Array.isArray(input)) return v.array(namedEntry)
  // valibot's record passes over such keys, and the column would be gone without a word.
  if (isRecord(input) && ['constructor', 'prototype', '__proto__'].some((key) => Object.hasOwn(input as object, key)))
    return v.never(nameText)
  return v.record(columnName, sysrootEntry, 'an object {name: spec}, or a list of specs')
})

const selectorsText = "column names, versions or ranges such as '2.31 2.36' or '>=2.34'"
const selectors = v.lazy((input) => (Array.isArray(input) ? list(selectorsText) : text(selectorsText)))

const suitesText = 'an object {glob: selectors}'
const suites = v.lazy((input) =>
  Array.isArray(input) ? v.never(suitesText) : v.record(text('a glob'), selectors, suitesText),
)

const runtimeName = oneOf('host', 'node')
const runtimeText = "'host' or 'node', or an object {glob: 'host' or 'node'}"
const runtime = v.lazy((input) =>
  isRecord(input) ? v.record(text('a glob'), runtimeName, runtimeText) : v.picklist(['host', 'node'], runtimeText),
)

const reportFile = v.optional(text('the path of a file'))
const reports = v.strictObject(
  { junit: reportFile, html: reportFile, markdown: reportFile, github: v.optional(oneOf('auto', 'never')) },
  'an object {junit, html, markdown, github}',
)

const mirrorText = 'a URL that starts with http:// or https://'
const mirror = v.pipe(text(mirrorText), v.check(isHttpUrl, mirrorText))

const options = v.strictObject(
  {
    sysroots: v.optional(sysroots),
    suites: v.optional(suites),
    runtime: v.optional(runtime),
    node: v.optional(text('the path of a Node program')),
    programs: v.optional(list('a glob')),
    exclude: v.optional(list('a glob')),
    mirrors: v.optional(v.array(mirror, 'a list of URLs')),
    keyring: v.optional(text('the path of a keyring file')),
    allowUnsigned: v.optional(v.boolean('true or false')),
    packages,
    hostLibraries: v.optional(oneOf('allow', 'refuse')),
    strategy: v.optional(oneOf('loader', 'patch', 'namespace', 'auto')),
    namespaces: v.optional(oneOf('spawn', 'worker')),
    accounting: v.optional(oneOf('auto', 'exact', 'shim')),
    onMissing: v.optional(oneOf('fail', 'skip')),
    incompatible: v.optional(oneOf('fail', 'allow')),
    unproven: v.optional(oneOf('warn', 'fail')),
    columns: v.optional(oneOf('parallel', 'serial')),
    outputFile: v.optional(text('the path of a file')),
    reports: v.optional(reports),
    blob: v.optional(text('the path of a directory')),
    timings: v.optional(text('the path of a file')),
  },
  'an object',
)

/** Every option there is. */
export const configKeys: readonly string[] = Object.keys(options.entries)

/** The shape of the config; every message says what is expected, `checkConfig` adds where and what was found. */
export const configSchema = v.lazy((input) =>
  Array.isArray(input) ? v.never('an object') : options,
) satisfies v.GenericSchema<unknown, GlibcMatrixConfig>

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value)
}

function isHttpUrl(value: string): boolean {
  return URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)
}
