import type { Gap, GridColumn } from '../grid.js'
import type { RunBlob } from './schema.js'
import type { Source } from './sources.js'

export interface MergedColumns {
  readonly columns: readonly GridColumn[]
  /** What a blob's column is called in the merged grid; null where the run left it out. */
  nameIn(blob: RunBlob, column: string): string | null
  /** The columns that a blob knows of, whether or not it ran in them. */
  plannedOf(blob: RunBlob): readonly string[]
  /** Columns whose blobs ran on different sysroots: what proves one of them proves nothing of the column. */
  readonly contradicted: ReadonlySet<string>
  readonly gaps: readonly Gap[]
}

/**
 * The columns of all blobs, `host` first. Each machine has its own host: where they differ, each is a column. Any other
 * column is meant to be the same everywhere.
 */
export function mergeColumns(sources: readonly Source[]): MergedColumns {
  const blobs = sources.map(({ blob }) => blob)
  const hosts = hostNames(blobs)
  const nameIn = (blob: RunBlob, column: string) => {
    const found = blob.columns.find(({ name }) => name === column)
    return found === undefined ? null : nameOf(found, hosts)
  }
  const bySpec = new Map(blobs.flatMap(({ columns }) => columns.map(({ name, spec }) => [spec, name] as const)))
  const plannedOf = (blob: RunBlob) => {
    const others = blob.planned.filter(({ spec }) => spec !== 'host')
    const own = blob.columns.flatMap(({ name }) => nameIn(blob, name) ?? [])
    const ownHosts = own.filter((name) => hosts.names.includes(name))
    const wantsHost = blob.planned.length > others.length
    const planned = others.map(({ name, spec }) => name ?? bySpec.get(spec) ?? spec)
    return [
      ...new Set([...(ownHosts.length === 0 && wantsHost ? hosts.names.slice(0, 1) : ownHosts), ...planned, ...own]),
    ]
  }
  const specs = new Map(blobs.flatMap(({ planned }) => planned.map(({ name, spec }) => [name ?? spec, spec] as const)))
  const names = [...new Set(blobs.flatMap(plannedOf))]
  const ordered = [
    ...hosts.names.filter((name) => names.includes(name)),
    ...names.filter((name) => !hosts.names.includes(name)),
  ]
  const found = ordered.map((name) => describe(name, specs.get(name), blobs, nameIn))
  const contradicted = found.filter(({ digests }) => digests.length > 1)
  return {
    columns: found.map(({ column }) => column),
    nameIn,
    plannedOf,
    contradicted: new Set(contradicted.map(({ column }) => column.name)),
    gaps: contradicted.map(({ column: { name }, digests }) => ({
      kind: 'digest',
      column: name,
      message: `column ${name} was ${digests.length} different sysroots (${digests.map(short).join(', ')}): its ticks prove nothing; pin it with a lock file`,
    })),
  }
}

type BlobColumn = RunBlob['columns'][number]

interface Hosts {
  readonly names: readonly string[]
  readonly byDigest: ReadonlyMap<string | null, string>
}

function hostNames(blobs: readonly RunBlob[]): Hosts {
  const ran = blobs.flatMap(({ columns }) => columns.filter(({ spec, skip }) => spec === 'host' && skip === null))
  const versions = new Map(ran.map(({ digest, glibc }) => [digest, glibc ?? 'none']))
  const sorted = [...versions].sort(([a, one], [b, other]) =>
    `${one} ${a}`.localeCompare(`${other} ${b}`, 'en', { numeric: true }),
  )
  if (sorted.length < 2) return { names: ['host'], byDigest: new Map(sorted.map(([digest]) => [digest, 'host'])) }
  const named = sorted.map(([digest, version]) => {
    const isAlone = sorted.filter(([, other]) => other === version).length === 1
    return [digest, isAlone ? `host ${version}` : `host ${version} ${short(digest ?? '')}`] as const
  })
  return { names: named.map(([, name]) => name), byDigest: new Map(named) }
}

function nameOf({ name, spec, digest }: BlobColumn, hosts: Hosts): string {
  return spec === 'host' ? (hosts.byDigest.get(digest) ?? hosts.names[0] ?? name) : name
}

function describe(name: string, spec: string | undefined, blobs: readonly RunBlob[], nameIn: MergedColumns['nameIn']) {
  const own = blobs.flatMap((blob) => blob.columns.filter((column) => nameIn(blob, column.name) === name))
  const had = own.filter(({ glibc }) => glibc !== null)
  const digests = [...new Set(had.flatMap(({ digest }) => digest ?? []))].sort()
  const first = had[0] ?? own[0]
  const column: GridColumn = {
    name,
    spec: first?.spec ?? spec ?? (name === 'host' ? 'host' : name),
    glibc: first?.glibc ?? null,
    ...(digests[0] !== undefined && { digest: digests[0] }),
  }
  return { column, digests }
}

function short(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12)
}
