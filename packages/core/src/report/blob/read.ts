import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as v from 'valibot'
import { GlibcMatrixError } from '../../errors.js'
import { refuseNewerFormat } from '../../newer-format.js'
import { hiddenCell } from '../hidden-cells.js'
import { blobSchema, type RunBlob } from './schema.js'

/**
 * The blobs of files, and of directories with all that is below them. Other JSON there is left alone, as artifacts come
 * with whatever else a job kept; a file that is named must be a blob.
 *
 * @throws GlibcMatrixError BLOB_NOT_FOUND, BLOB_DAMAGED, FORMAT_TOO_NEW.
 */
export function readBlobs(paths: readonly string[]): RunBlob[] {
  const files = paths.flatMap((path) => filesOf(path))
  const blobs = files.flatMap(({ path, named }) => parse(path, named) ?? [])
  if (blobs.length > 0) return blobs
  throw new GlibcMatrixError(
    'BLOB_NOT_FOUND',
    `no blob of glibc-matrix is in ${paths.join(', ')}: ${files.length} JSON files were found`,
    "Runs write them with `blob: 'DIR'` in the config, or GLIBC_MATRIX_BLOB=DIR.",
    { paths },
  )
}

interface Found {
  readonly path: string
  readonly named: boolean
}

function filesOf(path: string): Found[] {
  try {
    if (!statSync(path).isDirectory()) return [{ path, named: true }]
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
    return names.sort().map((name) => ({ path: join(path, name), named: false }))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new GlibcMatrixError(
      'BLOB_NOT_FOUND',
      `${path} can't be read: ${code}`,
      'Name the directory that the blobs of all jobs were brought to.',
      { path },
      error,
    )
  }
}

function parse(path: string, named: boolean): RunBlob | null {
  const value = json(path)
  const { type, format } = (value ?? {}) as { readonly type?: unknown; readonly format?: unknown }
  if (type !== 'glibc-matrix-blob') {
    if (named || hasOurKeys(value)) throw damaged(path, 'it is no blob of glibc-matrix')
    return null
  }
  refuseNewerFormat(path, format, 1, 'Merge with the version of glibc-matrix that the runs had.')
  const result = v.safeParse(blobSchema, value)
  if (!result.success) {
    const [issue] = result.issues
    throw damaged(path, `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`)
  }
  const hidden = hiddenCell(value, result.output)
  if (hidden !== null) throw damaged(path, `it has a cell in '${hidden}', which no column can be called`)
  const fault = contradiction(result.output)
  if (fault !== null) throw damaged(path, fault)
  return result.output
}

/** A file that was cut short may be any blob: it is not passed over. */
function json(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw damaged(path, (error as Error).message, error)
  }
}

/** A blob whose type was changed is damaged, and no JSON of somebody else's. */
function hasOurKeys(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'planned' in value && 'rows' in value
}

/** What no run writes: a tick that nothing proves, a cell of a column that the run did not have. */
function contradiction({ rows, columns, shard }: RunBlob): string | null {
  if (shard !== null && shard.index > shard.count) return `shard ${shard.index} of ${shard.count}`
  const names = new Set(columns.map(({ name }) => name))
  for (const { suite, test, cells } of rows) {
    for (const [column, { state, records }] of Object.entries(cells)) {
      if (!names.has(column)) return `${suite} > ${test} has a cell in '${column}', which is no column of the run`
      const proven = records.some(({ proof, libc }) => proof === 'mapped' && libc.length > 0)
      if (state === 'pass' && !proven) return `${suite} > ${test} passed in '${column}' without a proof`
    }
  }
  return null
}

function damaged(path: string, found: string, cause?: unknown): GlibcMatrixError {
  return new GlibcMatrixError(
    'BLOB_DAMAGED',
    `${path} can't be merged: ${found}`,
    'Bring it from its machine again, or run that job again.',
    { path },
    cause,
  )
}
