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
        strategies: ['patch', 'namespace'],
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

/** The linker of Go writes a note of its build id, whose owner is `Go` (cmd/internal/buildid). */
function isGo(fd: number, { segments }: Layout): boolean {
  return segments.some(({ type, offset, fileSize }) => {
    if (type !== PT_NOTE || fileSize < 16) return false
    const note = readBytes(fd, offset, 16)
    return note.length === 16 && note.readUInt32LE(0) === 4 && note.toString('latin1', 12, 16) === 'Go\0\0'
  })
}
