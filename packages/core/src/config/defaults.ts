import type { AbsoluteConfig } from './absolute-config.js'
import type { ResolvedConfig } from './resolved-config.js'
import type { GlibcMatrixConfig } from './schema.js'
import { splitSelectors } from './selectors.js'

/** What every option is where nobody says otherwise; the README's table tells the same. */
export function fillDefaults(
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

function runtimes(runtime: GlibcMatrixConfig['runtime']): ResolvedConfig['runtime'] {
  if (typeof runtime !== 'object') return { all: runtime ?? null, suites: [] }
  return { all: null, suites: Object.entries(runtime).map(([glob, name]) => ({ glob, runtime: name })) }
}

function fillReports(reports: NonNullable<GlibcMatrixConfig['reports']>): ResolvedConfig['reports'] {
  const { junit = null, html = null, markdown = null, github = 'auto' } = reports
  return { junit, html, markdown, github }
}
