import { resolve } from 'node:path'
import type { SysrootRequest } from './resolved-config.js'
import type { GlibcMatrixConfig, NamedSysrootEntry } from './schema.js'
import { absoluteSpec } from './spec-paths.js'

/** A config whose paths are absolute and whose sysroots are a list, whichever way they were written. */
export interface AbsoluteConfig extends Omit<GlibcMatrixConfig, 'sysroots'> {
  sysroots: SysrootRequest[] | undefined
}

/** Reads the paths of a config as relative to `base`: the config file's directory, or where an option was given. */
export function absoluteConfig(config: GlibcMatrixConfig, base: string): AbsoluteConfig {
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
