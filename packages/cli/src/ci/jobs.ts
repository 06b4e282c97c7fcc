import { columnRequests, GlibcMatrixError, type ResolvedConfig } from '@glibc-matrix/core'

/** One job of the matrix: a column, and one shard of its files. */
export interface Job {
  /** `2.31 1/3`. */
  readonly name: string
  /** The same, for the name of an artifact. */
  readonly slug: string
  readonly column: string
  /** The job's GLIBC_MATRIX_ONLY: the host's column is a job of its own. */
  readonly only: string
  /** `1/3`. */
  readonly shard: string
}

/**
 * The jobs of a config, `host` first. A job is to install its own sysroot alone, and the one that was tested before: each
 * needs a name and a pin.
 *
 * @throws GlibcMatrixError CONFIG_INVALID, LOCK_OUTDATED.
 */
export function jobsOf(config: ResolvedConfig, shards: number): Job[] {
  const requests = columnRequests(config)
  const unnamed = requests.filter(({ name }) => name === null)
  if (unnamed.length > 0) throw withoutNames(config, unnamed)
  refuseUnpinned(config)
  return requests.flatMap(({ name, spec }) => {
    const column = name ?? spec
    return Array.from({ length: shards }, (_, index): Job => {
      const shard = `${index + 1}/${shards}`
      return {
        name: shards === 1 ? column : `${column} ${shard}`,
        slug: shards === 1 ? column : `${column}-${index + 1}-of-${shards}`,
        column,
        only: spec === 'host' ? 'host' : `${column} !host`,
        shard,
      }
    })
  })
}

function withoutNames({ file, lock }: ResolvedConfig, unnamed: readonly { readonly spec: string }[]): GlibcMatrixError {
  const specs = unnamed.map(({ spec }) => spec)
  const named = specs.map((spec, index) => {
    const glibc = Object.values(lock?.sysroots?.[spec]?.machines ?? {})[0]?.glibc
    return `'${glibc ?? `a-name${index + 1}`}': '${spec}'`
  })
  return new GlibcMatrixError(
    'CONFIG_INVALID',
    `${specs.join(', ')} ${specs.length === 1 ? 'has' : 'have'} no name, by which a job could choose its column`,
    `Name them in ${file ?? 'the config'}: sysroots: { ${named.join(', ')} }, then run glibc-matrix add.`,
    { specs },
  )
}

function refuseUnpinned({ sysroots, lock }: ResolvedConfig): void {
  const pinned = lock?.sysroots ?? {}
  const unpinned = sysroots
    .filter(({ name, spec }) => !/^(host$|dir:)/.test(spec) && !Object.hasOwn(pinned, name ?? spec))
    .map(({ name, spec }) => name ?? spec)
  if (unpinned.length === 0) return
  throw new GlibcMatrixError(
    'LOCK_OUTDATED',
    `glibc-matrix.lock.json does not pin ${unpinned.join(', ')}, so two jobs could get two sysroots`,
    'Run glibc-matrix add, and commit the lock file.',
    { unpinned },
  )
}
