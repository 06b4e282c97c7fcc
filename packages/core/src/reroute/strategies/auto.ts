import { closeSync, openSync } from 'node:fs'
import { knownFile } from '../known-file.js'
import { type Layout, PT_NOTE, readBytes, readLayout } from './elf-layout.js'
import type { Start, StrategyName } from './strategy.js'

/** What a program needs beyond `loader`, and the strategies that have it, best first. */
export interface Need {
  readonly reason: string
  readonly strategies: readonly StrategyName[]
}

const memo = new WeakMap<object, Need | null>()

/** Tells by what its file says why `loader` would not be enough for a program; null when it is. */
export function needOf({ program }: Start): Need | null {
  const file = knownFile(program)
  if ('errno' in file) return null
  const remembered = memo.get(file)
  if (remembered !== undefined) return remembered
  const need = readNeed(program)
  memo.set(file, need)
  return need
}

function readNeed(program: string): Need | null {
  const fd = openSync(program, 'r')
  try {
    const layout = readLayout(fd)
    if (layout === null) return null
    const size = layout.fileSize - layout.contentEnd
    if (size > 0)
      return {
        reason: `it brings ${size} bytes of its own after the program, which it reads by /proc/self/exe`,
        // A copy that executes /proc/self/exe is followed by `loader`; a path that shows the copy starts it as it is.
        strategies: ['namespace', 'patch'],
      }
    if (isGo(fd, layout))
      return {
        reason: 'a program of Go asks the kernel for /proc/self/exe without libc',
        strategies: ['namespace', 'patch'],
      }
    return null
  } finally {
    closeSync(fd)
  }
}

/** The linker of Go writes a note of its build id, whose owner is `Go` (cmd/internal/buildid), beside others with cgo. */
function isGo(fd: number, { segments }: Layout): boolean {
  return segments.some(
    ({ type, offset, fileSize }) =>
      type === PT_NOTE && noteOwners(readBytes(fd, offset, Math.min(fileSize, 4096))).includes('Go'),
  )
}

/** elf(5), Elf64_Nhdr: sizes of name and description, type, then both of them, each padded to 4 bytes. */
function noteOwners(notes: Buffer): string[] {
  const owners: string[] = []
  for (let at = 0; at + 12 <= notes.length; ) {
    const [nameSize, size] = [notes.readUInt32LE(at), notes.readUInt32LE(at + 4)]
    owners.push(notes.toString('latin1', at + 12, at + 12 + nameSize).replace(/\0+$/, ''))
    at += 12 + padded(nameSize) + padded(size)
  }
  return owners
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4
}
