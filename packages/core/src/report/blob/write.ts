import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isGlibcMatrixError } from '../../errors.js'
import { writeJson } from '../write-json.js'
import { blobName } from './build.js'
import { readBlobs } from './read.js'
import type { RunBlob } from './schema.js'

/**
 * Writes the blob into the directory, whole or not at all, and answers its path. It takes the place of an earlier one only if it
 * has a result for all that the earlier one had: a run of other files must not hide a red cell.
 */
export function writeBlob(directory: string, blob: RunBlob): string {
  for (let number = 1; ; number += 1) {
    const path = join(directory, blobName(blob, number))
    if (existsSync(path) && !hasAllOf(path, blob)) continue
    writeJson(path, blob)
    return path
  }
}

function hasAllOf(path: string, blob: RunBlob): boolean {
  const own = new Set(resultsOf(blob))
  try {
    return readBlobs([path])
      .flatMap(resultsOf)
      .every((result) => own.has(result))
  } catch (error) {
    if (!isGlibcMatrixError(error)) throw error
    return false
  }
}

function resultsOf({ rows }: RunBlob): string[] {
  return rows.flatMap(({ suite, test, cells }) =>
    Object.entries(cells).flatMap(([column, { state }]) => (state === 'skip' ? [] : `${suite}\0${test}\0${column}`)),
  )
}
