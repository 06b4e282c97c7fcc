import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { type ErrorCode, GlibcMatrixError } from '../errors.js'

const stride = 4096
const windowSize = 2 * stride
const windowLimit = 64

/** Random access to a file's bytes in windows that are kept: a few reads a file, whatever its size. */
export interface Bytes {
  readonly path: string
  readonly size: number
  /** The window that holds `length` (at most 4096) bytes at `offset`; they start at `offset % 4096` in it. */
  window(offset: number, length: number): Buffer
  fail(code: ErrorCode, found: string): GlibcMatrixError
}

/** Runs `use` over a regular file; O_NONBLOCK lest opening a FIFO hangs. */
export function withBytes<T>(path: string, use: (bytes: Bytes) => T): T {
  const fd = openFile(path)
  try {
    return use(bytesOf(fd, path, regularSize(fd, path)))
  } finally {
    closeSync(fd)
  }
}

function openFile(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch (cause) {
    throw notReadable(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

function regularSize(fd: number, path: string): number {
  const stats = fstatSync(fd)
  if (!stats.isFile()) {
    throw notReadable(path, stats.isDirectory() ? 'it is a directory' : 'it is not a regular file')
  }
  return stats.size
}

function notReadable(path: string, found: string, cause?: unknown): GlibcMatrixError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? null
  return new GlibcMatrixError(
    'ELF_NOT_READABLE',
    `cannot read ${path}: ${found}`,
    'Name a regular file that this user may read.',
    { path, errno: code },
    cause,
  )
}

function bytesOf(fd: number, path: string, size: number): Bytes {
  const windows = new Map<number, Buffer>()
  let latest: { readonly index: number; readonly buffer: Buffer } = { index: -1, buffer: Buffer.alloc(0) }
  return { path, size, window, fail }

  function window(offset: number, length: number): Buffer {
    if (!(offset + length <= size)) {
      throw fail('ELF_TRUNCATED', `it has ${size} bytes, and its headers point at ${offset + length}`)
    }
    const index = Math.floor(offset / stride)
    const found = index === latest.index ? latest.buffer : find(index)
    if ((offset % stride) + length > found.length) {
      throw fail('ELF_TRUNCATED', 'it became shorter while it was read')
    }
    return found
  }

  function find(index: number): Buffer {
    const buffer = windows.get(index) ?? load(index)
    latest = { index, buffer }
    return buffer
  }

  function load(index: number): Buffer {
    const buffer = Buffer.allocUnsafeSlow(windowSize)
    const count = read(buffer, index * stride)
    const loaded = count === windowSize ? buffer : buffer.subarray(0, count)
    if (windows.size >= windowLimit) windows.clear()
    windows.set(index, loaded)
    return loaded
  }

  function read(buffer: Buffer, position: number): number {
    try {
      return readSync(fd, buffer, 0, windowSize, position)
    } catch (cause) {
      throw notReadable(path, cause instanceof Error ? cause.message : String(cause), cause)
    }
  }

  function fail(code: ErrorCode, found: string): GlibcMatrixError {
    const hint =
      code === 'ELF_TRUNCATED'
        ? 'Get the file again: it is shorter than its own headers say.'
        : 'Get the file again, or exclude it: the loader would refuse it, or read it in another way.'
    return new GlibcMatrixError(code, `cannot make sense of ${path}: ${found}`, hint, { path })
  }
}
