import { resolve } from 'node:path'
import {
  debianName,
  GlibcMatrixError,
  isGlibcMatrixError,
  isSuiteSpec,
  listSysroots,
  type ResolvedConfig,
  resolveSysroot,
  type Sysroot,
} from '@glibc-matrix/core/store'

/** A sysroot to be resolved, with every package that decides which installed one it is. */
export type AskedSysroot = ResolvedConfig['sysroots'][number]

/**
 * What a word on the command line means: a name of the config, a spec, the name of an installed sysroot, or a glibc
 * version of one.
 *
 * @throws GlibcMatrixError SYSROOT_NOT_FOUND, COLUMN_DUPLICATE when a version means several.
 */
export async function sysrootNamed(word: string, config: ResolvedConfig, lender?: string): Promise<AskedSysroot> {
  const asked = await meantBy(word, config)
  if (lender === undefined || asked.with !== undefined || asked.spec === 'host') return asked
  return withPackages({ ...asked, with: absoluteSpec(lender) }, config)
}

async function meantBy(word: string, config: ResolvedConfig): Promise<AskedSysroot> {
  const configured = config.sysroots.map((entry) => withPackages(entry, config))
  const named = configured.find(({ name }) => name === word)
  if (named !== undefined) return named
  if (word === 'host' || word.includes(':')) return ofSpec(word, configured, config)

  const machine = { x64: 'x86_64', arm64: 'aarch64' }[process.arch as string]
  const all = listSysroots()
  const [own, others] = [true, false].map((isOwn) => all.filter((each) => (each.machine === machine) === isOwn))
  const candidates = [
    own?.filter(({ name }) => name === word),
    own?.filter(({ glibc }) => glibc === word),
    others?.filter((each) => nameAcross(each) === word),
  ].find((found) => found !== undefined && found.length > 0)
  if (candidates === undefined) throw unknown(word, config, all)
  return configuredOf(candidates, configured) ?? onlyOne(word, candidates)
}

/** What a column of another machine is called: a version alone means this machine's. */
function nameAcross({ name, glibc, machine }: Sysroot): string {
  return name === glibc ? `${glibc}-${debianName(machine)}` : name
}

async function ofSpec(
  word: string,
  configured: readonly AskedSysroot[],
  config: ResolvedConfig,
): Promise<AskedSysroot> {
  const spec = absoluteSpec(word)
  const found = configured.find((entry) => entry.spec === spec)
  if (found !== undefined) return found
  const { packages } = withPackages({ name: null, spec, packages: [] }, config)
  return { name: isSuiteSpec(spec) ? await givenName(spec, packages) : null, spec, packages }
}

function absoluteSpec(spec: string): string {
  if (/^deb:./s.test(spec)) {
    const paths = spec.slice('deb:'.length).split(',')
    return `deb:${paths.map((path) => path && resolve(path.trim())).join(',')}`
  }
  const [, kind, path = ''] = /^(dir|musl|source|archive|oci-layout):(.+)$/s.exec(spec) ?? []
  return kind === undefined ? spec : `${kind}:${resolve(path)}`
}

/** The name that `add --name` gave an installed sysroot, null for one that is called by its version. */
async function givenName(spec: string, packages: readonly string[]): Promise<string | null> {
  try {
    const { name, glibc } = await resolveSysroot({ spec, packages }, { install: false })
    return name === glibc ? null : name
  } catch (error) {
    if (isGlibcMatrixError(error) && error.code === 'SYSROOT_MISSING') return null
    throw error
  }
}

function withPackages(asked: AskedSysroot, config: ResolvedConfig): AskedSysroot {
  const ofSuite = [asked.spec, asked.with].some(isSuiteSpec)
  return ofSuite ? { ...asked, packages: [...new Set([...config.packages, ...asked.packages])] } : asked
}

/** The config's own entry of a spec says which packages are meant. */
function configuredOf(candidates: readonly Sysroot[], configured: readonly AskedSysroot[]): AskedSysroot | undefined {
  return configured.find(({ spec }) => candidates.some((sysroot) => sysroot.spec === spec))
}

/** Of several with one spec, which differ in their packages, the plainest is meant, as by the spec itself. */
function onlyOne(word: string, candidates: readonly Sysroot[]): AskedSysroot {
  const specs = [...new Set(candidates.map(({ spec }) => spec))]
  if (specs.length > 1) throw ambiguous(word, specs)
  const [plainest] = candidates.toSorted((a, b) => a.packages.length - b.packages.length) as [Sysroot]
  const name = plainest.name === plainest.glibc ? null : plainest.name
  const { spec, packages } = plainest
  // Those of another source are what it is made of, not what was asked for.
  return { name, spec, packages: isSuiteSpec(spec) ? packages.map((each) => each.name) : [] }
}

function ambiguous(word: string, specs: readonly string[]): GlibcMatrixError {
  return new GlibcMatrixError(
    'COLUMN_DUPLICATE',
    `'${word}' means ${specs.length} installed sysroots: ${specs.join(', ')}`,
    'Name one by its spec.',
    { word, specs },
  )
}

function unknown(word: string, config: ResolvedConfig, installed: readonly Sysroot[]): GlibcMatrixError {
  const configured = config.sysroots.map(({ name, spec }) => (name === null ? spec : `${name} (${spec})`))
  const present = installed.map(({ name, spec }) => `${name} (${spec})`)
  return new GlibcMatrixError(
    'SYSROOT_NOT_FOUND',
    `no sysroot is called '${word}'; configured: ${configured.join(', ') || 'none'}; installed: ${present.join(', ') || 'none'}`,
    'Name one of those, or a spec: host, dir:PATH or debian:SUITE.',
    { word },
  )
}
