import { existsSync } from 'node:fs'
import { applyOnly, type ColumnRequest, columnRequests, nameColumns } from './config/columns.js'
import type { ResolvedConfig } from './config/resolved-config.js'
import { isGlibcMatrixError } from './errors.js'
import { collectEvidence, type VerdictOf } from './evidence/evidence.js'
import { journalReader } from './evidence/read-journals.js'
import type { AddonReport, JournalLine } from './evidence/record.js'
import { isCounted } from './evidence/tree-lines.js'
import { buildGrid } from './report/build-grid.js'
import type { Grid } from './report/grid.js'
import type { TestResult } from './report/test-result.js'
import { byHand } from './reroute/by-hand.js'
import { emulatorFor } from './reroute/emulator.js'
import { isForLibcOf } from './reroute/loadable.js'
import type { PlanOptions, Runtime } from './reroute/options.js'
import { plan } from './reroute/plan.js'
import { leaveHostOut } from './spawn/host-left-out.js'
import { columnIdentities } from './spawn/identities.js'
import { inspectAddons } from './spawn/inspect-addons.js'
import { noteOutsiders } from './spawn/outsiders.js'
import { type Column, hostOf, openSession, type Session } from './spawn/session.js'
import { debianName } from './sysroot/architecture.js'
import type { Progress } from './sysroot/providers/provider.js'
import { resolveSysroot } from './sysroot/resolve.js'
import type { Sysroot } from './sysroot/sysroot.js'
import { holdSysroot } from './sysroot/uses.js'

export interface PrepareOptions {
  /** False where a download would surprise (listing, watching): a missing sysroot is then SYSROOT_MISSING. */
  readonly install: boolean
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** The COMMAND of `run` counts wherever it lies. */
  readonly always?: boolean
  /** Whose libc Node runs on where no suite says otherwise. */
  readonly runtime?: Runtime
}

/**
 * From the configuration to columns that can start programs. `host` is always the first column and the reference.
 *
 * @throws GlibcMatrixError whatever keeps a column from being had, unless `onMissing` is `skip`.
 */
export async function prepareMatrix(config: ResolvedConfig, options: PrepareOptions): Promise<Session> {
  const requests = withoutUnpicked(columnRequests(config), config.only)
  const found: Found[] = []
  for (const request of requests) found.push(await findColumn(request, config, options, found[0]?.sysroot ?? null))
  const names = nameColumns(
    requests,
    found.map(({ sysroot }) => sysroot?.glibc ?? null),
    found.map(({ sysroot }) => architectureSuffix(sysroot, found[0]?.sysroot ?? null)),
  )
  const columns = found.map(({ sysroot, skip }, index): Column => {
    const name = names[index] as string
    const spec = sysroot?.spec ?? requests[index]?.spec ?? name
    return { name, spec, glibc: sysroot?.glibc ?? null, sysroot: sysroot && { ...sysroot, name }, skip }
  })
  const { root, programs, exclude, hostLibraries, strategy, accounting } = config
  const { incompatible, unproven, outputFile, reports, blob, timings } = config
  const chosen = applyOnly(columns, config.only)
  return openSession(config.leavesHostOut ? chosen.map(leaveHostOut) : chosen, {
    narrowed: config.only !== null || config.leavesHostOut,
    programs: {
      root,
      programs,
      exclude,
      hostLibraries,
      strategy,
      accounting,
      runtime: options.runtime ?? 'host',
      always: options.always ?? false,
    },
    report: {
      root,
      incompatible,
      unproven,
      outputFile,
      reports,
      blob,
      timings,
      planned: plannedColumns(config, columns),
    },
  })
}

function plannedColumns(config: ResolvedConfig, columns: readonly Column[]): Session['report']['planned'] {
  return columnRequests(config).map(({ name, spec }) => {
    const unnamed = columns.find((column) => column.spec === spec && column.sysroot !== null)
    return { name: name ?? unnamed?.name ?? null, spec }
  })
}

/** The grid of a run: what the runner saw, joined with what the processes of the session proved. */
export function gridOf(session: Session, results: readonly TestResult[]): Grid {
  const mustCount = session.programs.accounting === 'exact'
  const columns = new Map(session.columns.map((column) => [column.name, column]))
  const lines = readSettled(session.journals)
  return buildGrid({
    columns: session.columns.map((column) => ({ ...column, digest: column.sysroot?.digest ?? null })),
    results,
    addons: lines.flatMap((line) => (line.type === 'inspected' ? line.refused : [])),
    evidence: collectEvidence(lines, columnIdentities(session), verdicts(session), mustCount),
    byHand(column, spawn) {
      const { sysroot = null, emulator = null } = columns.get(column) ?? {}
      return sysroot && spawn.decision === 'reroute' && isForLibcOf(sysroot, spawn.program)
        ? byHand(spawn.program, spawn.command, sysroot, spawn.env, [], emulator)
        : spawn.command
    },
  })
}

/** Trees whose last process is ending now get a moment; one that runs on makes its cell unproven. */
function readSettled(journals: string): readonly JournalLine[] {
  const read = journalReader(journals)
  const tick = new Int32Array(new SharedArrayBuffer(4))
  for (let waited = 0; ; waited += 20) {
    const { lines, torn } = read()
    const isOver = waited >= 1000
    if (torn !== null && isOver) throw torn
    if (torn === null && (isOver || !isOpen(lines))) return lines
    Atomics.wait(tick, 0, 0, 20)
  }
}

function isOpen(lines: readonly JournalLine[]): boolean {
  const ended = new Set<string>()
  for (const line of lines) if (line.type === 'ended') ended.add(line.id)
  return lines.some((line) => isCounted(line) && !ended.has(line.id))
}

/** For programs that a shell or another program started: the hook saw no plan of theirs. */
function verdicts(session: Session): VerdictOf {
  const options = planOptionsOf(session)
  const sysroots = new Map(session.columns.map(({ name, sysroot }) => [name, sysroot]))
  return (column, program) => {
    const sysroot = sysroots.get(column)
    // Of a sysroot that was removed meanwhile nothing is known any more.
    if (!sysroot || !existsSync(sysroot.libc.path)) return null
    const decision = plan({ file: program, args: [program], cwd: '/', env: {} }, sysroot, options)
    if (decision.decision === 'passthrough') return decision.code === 'foreign-libc' ? decision.reason : null
    return decision.verdict.compatible ? null : decision.reason
  }
}

function planOptionsOf(session: Session): PlanOptions {
  const host = hostOf(session.columns)
  return { ...session.programs, always: true, node: { path: process.execPath }, host }
}

/** Every addon that the project can load, and the columns that can't load it. */
export function projectAddons(session: Session): AddonReport[] {
  return inspectAddons(session, planOptionsOf(session))
}

/** The global setup is through, and no test has started a program: what runs by now is no column's. See `noteOutsiders`. */
export function lookForOutsiders(session: Session, worker: RegExp): void {
  const host = hostOf(session.columns)
  if (host !== null) noteOutsiders(session, host, { ...planOptionsOf(session), always: false }, worker)
}

/** Two columns of one glibc differ in their machine: `2.41`, `2.41-arm64`. */
function architectureSuffix(sysroot: Sysroot | null, host: Sysroot | null): string {
  return sysroot === null || host === null || sysroot.machine === host.machine ? '' : `-${debianName(sysroot.machine)}`
}

interface Found {
  readonly sysroot: Sysroot | null
  readonly skip: string | null
}

async function findColumn(
  request: ColumnRequest,
  config: ResolvedConfig,
  options: PrepareOptions,
  host: Sysroot | null,
): Promise<Found> {
  if (process.platform !== 'linux') return elsewhere(request)
  try {
    const { name, keyring, ...rest } = request
    const wanted = { ...rest, name: name ?? undefined, keyring: keyring ?? undefined }
    const sysroot = await resolveSysroot(wanted, options)
    if (host !== null) emulatorFor(sysroot.machine, host.machine)
    holdSysroot(sysroot)
    // Whoever removed it before it was held makes it missing, not broken.
    return { sysroot: existsSync(sysroot.loader) ? sysroot : await resolveSysroot(wanted, options), skip: null }
  } catch (error) {
    if (config.onMissing === 'fail' || request.spec === 'host' || !isGlibcMatrixError(error)) throw error
    return { sysroot: null, skip: `${request.spec} can't be had: ${error.message}` }
  }
}

/** Outside of Linux the suite runs once, as the host's column, which proves nothing; the others are shown as skipped. */
function elsewhere(request: ColumnRequest): Found {
  return { sysroot: null, skip: request.spec === 'host' ? null : `glibc runs on Linux, this is ${process.platform}` }
}

/** A CI job that names its columns needn't install the others. Versions and ranges need the sysroots to be known first. */
function withoutUnpicked(requests: readonly ColumnRequest[], only: readonly string[] | null): readonly ColumnRequest[] {
  const names = new Set(requests.map(({ name }) => name))
  if (only === null || !only.every((selector) => names.has(selector))) return requests
  return requests.filter(({ name }) => name === 'host' || (name !== null && only.includes(name)))
}
