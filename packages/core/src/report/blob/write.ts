import { join } from 'node:path'
import { writeJson } from '../write-json.js'
import { blobName } from './build.js'
import type { RunBlob } from './schema.js'

/** Writes the blob into the directory, whole or not at all, and answers its path. */
export function writeBlob(directory: string, blob: RunBlob): string {
  const path = join(directory, blobName(blob))
  writeJson(path, blob)
  return path
}
