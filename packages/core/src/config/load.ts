import { dirname, isAbsolute, resolve } from 'node:path'
import { GlibcMatrixError } from '../errors.js'
import { checkConfig } from './check.js'
import { type ConfigPlace, findConfig } from './find.js'
import { type LockFile, readLockFile } from './lock-file.js'
import { readConfig } from './read.js'
import type { GlibcMatrixConfig, NamedSysrootEntry, RuntimeName } from './schema.js'
import { selectorFault, splitSelectors } from './selectors.js'

export interface LoadOptions {
  /** Where the search begins, and what `file` and the paths of `overrides` are relative to. */
  readonly cwd: string
  /** A config to use instead of the one that is found. */
  readonly file?: string | undefined
  /** Options of the command line or of an adapter: each one given replaces the file's. */
  readonly overrides?: GlibcMatrixConfig | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/** One sysroot as the config names it; a relative `dir:` is absolute here. */
export interface SysrootRequest {
  readonly name: string | null
  readonly spec: string
  readonly packages: readonly string[]
  readonly with?: string | undefined
}

/** The config with nothing left open: every default is filled in and every path absolute. */
export interface ResolvedConfig {
  readonly root: string
  readonly file: string | null
  readonly sysroots: readonly SysrootRequest[]
  readonly suites: readonly { readonly glob: string; readonly selectors: readonly string[] }[]
  /** Whose libc Node runs on: where a glob or pragma says nothing, what `all` says; null leaves it to who runs the suite. */
  readonly runtime: {
    readonly all: RuntimeName | null
    readonly suites: readonly { readonly glob: string; readonly runtime: RuntimeName }[]
  }
  /** The Node of suites that run in the column; null: the one that runs us. */
  readonly node: string | null
  /** null: every program outside of the system directories. */
  readonly programs: readonly string[] | null
  readonly exclude: readonly string[]
  readonly mirrors: readonly string[]
  readonly keyring: string | null
  readonly allowUnsigned: boolean
  readonly packages: readonly string[]
  readonly hostLibraries: 'allow' | 'refuse'
  readonly strategy: 'loader' | 'patch' | 'namespace' | 'auto'
  readonly namespaces: 'spawn' | 'worker'
  readonly accounting: 'auto' | 'exact' | 'shim'
  readonly onMissing: 'fail' | 'skip'
  readonly incompatible: 'fail' | 'allow'
  readonly unproven: 'warn' | 'fail'
  readonly columns: 'parallel' | 'serial'
  readonly outputFile: string | null
  /** Further reports, by the files that they go to. */
  readonly reports: {
    readonly junit: string | null
    readonly html: string | null
    readonly markdown: string | null
    readonly github: 'auto' | 'never'
  }
  /** The directory of blobs. */
  readonly blob: string | null
  /** The file of timings. */
  readonly timings: string | null
  /** The selectors of GLIBC_MATRIX_ONLY, null when it is not set. */
  readonly only: readonly string[] | null
  /** The lock file beside the config; null without a config. */
  readonly lock: LockFile | null
  /** GLIBC_MATRIX_ONLY holds `!host`: another machine runs the host's column. */
  readonly leavesHostOut: boolean
}

/** Finds, reads and checks the config, once for a run. Without a file it is all defaults. */
export async function loadConfig(options: LoadOptions): Promise<ResolvedConfig> {
  const place = locate(options)
  const written = place.file === null ? {} : checkConfig(await readConfig(place.file), place.file)
  const overrides = checkConfig(options.overrides ?? {}, 'the options given')
  const config = { ...absolute(written, place.root), ...given(absolute(overrides, resolve(options.cwd))) }
  const env = options.env ?? process.env
  const lock = place.file === null ? null : readLockFile(place.root, env)
  return { ...place, ...fillDefaults(config), ...environmentPaths(env, options.cwd), ...parseOnly(env), lock }
}

function locate({ cwd, file }: LoadOptions): ConfigPlace {
  if (file === undefined) return findConfig(cwd)
  const path = resolve(cwd, file)
  return { root: dirname(path), file: path }
}

function given<T extends object>(options: T): Partial<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<T>
}

interface AbsoluteConfig extends Omit<GlibcMatrixConfig, 'sysroots'> {
  sysroots: SysrootRequest[] | undefined
}

function absolute(config: GlibcMatrixConfig, base: string): AbsoluteConfig {
  const { sysroots, keyring, outputFile, reports, blob, timings, node } = config
  return {
    ...config,
    sysroots: sysroots && entries(sysroots).map((entry) => request(entry, base)),
    keyring: keyring && resolve(base, keyring),
    node: node && resolve(base, node),
    outputFile: outputFile && resolve(base, outputFile),
    reports: reports && absoluteReports(reports, base),
    blob: blob && resolve(base, blob),
    timings: timings && resolve(base, timings),
  }
}

function absoluteReports(reports: NonNullable<GlibcMatrixConfig['reports']>, base: string): typeof reports {
  const { junit, html, markdown } = reports
  const at = (path: string | undefined) => path && resolve(base, path)
  return { ...reports, junit: at(junit), html: at(html), markdown: at(markdown) }
}

function entries(sysroots: NonNullable<GlibcMatrixConfig['sysroots']>): (string | NamedSysrootEntry)[] {
  if (Array.isArray(sysroots)) return sysroots
  return Object.entries(sysroots).map(([name, entry]) => ({
    ...(typeof entry === 'string' ? { spec: entry } : entry),
    name,
  }))
}

function request(entry: string | NamedSysrootEntry, base: string): SysrootRequest {
  const { name = null, spec, packages = [], with: lender } = typeof entry === 'string' ? { spec: entry } : entry
  return { name, spec: absoluteSpec(spec, base), packages, with: lender && absoluteSpec(lender, base) }
}

function absoluteSpec(spec: string, base: string): string {
  if (/^deb:./s.test(spec)) {
    const paths = spec.slice('deb:'.length).split(',')
    return `deb:${paths.map((path) => path && resolve(base, path.trim())).join(',')}`
  }
  const [, kind, path = ''] = /^(dir|musl|source|archive|oci-layout):(.+)$/s.exec(spec) ?? []
  return kind === undefined || isAbsolute(path) ? spec : `${kind}:${resolve(base, path)}`
}

function fillDefaults(
  config: AbsoluteConfig,
): Omit<ResolvedConfig, 'root' | 'file' | 'only' | 'leavesHostOut' | 'lock'> {
  return {
    sysroots: config.sysroots ?? [],
    suites: Object.entries(config.suites ?? {}).map(([glob, selectors]) => ({
      glob,
      selectors: [selectors].flat().flatMap(splitSelectors),
    })),
    runtime: runtimes(config.runtime),
    node: config.node ?? null,
    programs: config.programs ?? null,
    exclude: config.exclude ?? [],
    mirrors: config.mirrors ?? [],
    keyring: config.keyring ?? null,
    allowUnsigned: config.allowUnsigned ?? false,
    packages: config.packages ?? [],
    hostLibraries: config.hostLibraries ?? 'allow',
    strategy: config.strategy ?? 'loader',
    namespaces: config.namespaces ?? 'spawn',
    accounting: config.accounting ?? 'auto',
    onMissing: config.onMissing ?? 'fail',
    incompatible: config.incompatible ?? 'fail',
    unproven: config.unproven ?? 'fail',
    columns: config.columns ?? 'parallel',
    outputFile: config.outputFile ?? null,
    reports: fillReports(config.reports ?? {}),
    blob: config.blob ?? null,
    timings: config.timings ?? null,
  }
}

/** What a CI job sets for itself. */
function environmentPaths(
  env: LoadOptions['env'] & {},
  cwd: string,
): Partial<Pick<ResolvedConfig, 'blob' | 'timings'>> {
  const { GLIBC_MATRIX_BLOB: blob, GLIBC_MATRIX_TIMINGS: timings } = env
  return { ...(blob && { blob: resolve(cwd, blob) }), ...(timings && { timings: resolve(cwd, timings) }) }
}

function fillReports(reports: NonNullable<GlibcMatrixConfig['reports']>): ResolvedConfig['reports'] {
  const { junit = null, html = null, markdown = null, github = 'auto' } = reports
  return { junit, html, markdown, github }
}

function runtimes(runtime: GlibcMatrixConfig['runtime']): ResolvedConfig['runtime'] {
  if (typeof runtime !== 'object') return { all: runtime ?? null, suites: [] }
  return { all: null, suites: Object.entries(runtime).map(([glob, name]) => ({ glob, runtime: name })) }
}

function parseOnly(env: LoadOptions['env'] & {}): Pick<ResolvedConfig, 'only' | 'leavesHostOut'> {
  const text = env.GLIBC_MATRIX_ONLY?.trim()
  if (!text) return { only: null, leavesHostOut: false }
  const all = splitSelectors(text)
  const selectors = all.filter((selector) => selector !== '!host')
  const leavesHostOut = selectors.length < all.length
  if (leavesHostOut && selectors.length === 0) return { only: null, leavesHostOut }
  const bad = selectors.find((selector) => selectorFault(selector) !== null)
  if (selectors.length > 0 && bad === undefined) return { only: selectors, leavesHostOut }
  throw new GlibcMatrixError(
    'CONFIG_INVALID',
    `GLIBC_MATRIX_ONLY: found '${bad ?? text}', expected ${bad === undefined ? 'columns' : selectorFault(bad)}.`,
    "Set it to columns such as '2.31,host', or unset it.",
    { value: text },
  )
}
