import {
  type Column,
  GlibcMatrixError,
  prepareMatrix,
  progressReporter,
  type ResolvedConfig,
  type Session,
} from '@glibc-matrix/core'
import { usageError } from '../command-line/parse.js'
import { usages } from '../command-line/usages.js'
import { isConfigured } from '../sysroots/install.js'
import { sysrootNamed } from '../sysroots/request.js'

export interface Prepared {
  readonly session: Session
  /** The columns asked for, in that order; the session has the host's besides, which lends libraries. */
  readonly columns: readonly Column[]
}

/** Prepares exactly the columns that --sysroot names, else the config's. */
export async function prepareColumns(
  words: readonly string[] | undefined,
  config: ResolvedConfig,
  lender: string | undefined,
): Promise<Prepared> {
  if (words === undefined) {
    if (config.sysroots.length === 0) throw usageError(usages.run, 'no --sysroot, and no config with sysroots')
    const session = await prepare(config)
    return { session, columns: session.columns }
  }
  const asked = await Promise.all(splitWords(words).map((word) => sysrootNamed(word, config, lender)))
  const others = asked.filter(({ spec }) => spec !== 'host')
  if (asked.length - others.length > 1) throw hostTwice()
  // Each request has all of its packages; GLIBC_MATRIX_ONLY is for the config's columns, not for those named here.
  const isLocked = others.every(({ spec }) => isConfigured(spec, config))
  const lock = config.lock && { ...config.lock, frozen: config.lock.frozen && isLocked }
  const session = await prepare({
    ...{ ...config, sysroots: others, packages: [], lock },
    ...{ only: null, leavesHostOut: false },
  })
  const [host, ...rest]: Column[] = [...session.columns]
  return { session, columns: asked.map(({ spec }) => (spec === 'host' ? host : rest.shift()) as Column) }
}

async function prepare(config: ResolvedConfig): Promise<Session> {
  const reporter = progressReporter()
  try {
    return await prepareMatrix(config, {
      install: true,
      onProgress: reporter.onProgress,
      runtime: config.runtime.all ?? 'node',
      always: true,
    })
  } finally {
    reporter.end()
  }
}

function splitWords(words: readonly string[]): string[] {
  const all = words.flatMap((word) => (word.startsWith('deb:') ? [word] : word.split(','))).map((word) => word.trim())
  if (all.every((word) => word !== '')) return all
  throw usageError(usages.run, `--sysroot '${words.join(',')}' holds an empty name`)
}

function hostTwice(): GlibcMatrixError {
  return new GlibcMatrixError('COLUMN_DUPLICATE', "--sysroot names 'host' twice", 'Name each column once.')
}
