import { writeSync } from 'node:fs'
import { addSegment, type Part } from './added-segment.js'
import { type DynamicEntry, type Layout, offsetOf, PT_INTERP, readBytes, readLayout } from './elf-layout.js'

/** What shall become of a program's loader and of the paths it searches. */
export interface ElfEdit {
  readonly interpreter: string
  /** The DT_RPATH instead of its own DT_RPATH and DT_RUNPATH; null keeps those. */
  readonly searchPath: string | null
  /** What $ORIGIN in the program's own dynamic section shall mean: the directory it was copied from; null keeps it. */
  readonly origin: string | null
  /** An object that is needed before all others, for a loader that has no list of objects to preload (musl's). */
  readonly preload: string | null
}

const DT_NEEDED = 1
const DT_STRTAB = 5
const DT_STRSZ = 10
const DT_RPATH = 15
const DT_RUNPATH = 29
// DT_DEPAUDIT, DT_AUDIT, DT_AUXILIARY, DT_FILTER: names in which ld.so expands $ORIGIN too (glibc elf/dl-deps.c).
const named: ReadonlySet<number> = new Set([
  DT_NEEDED,
  DT_RPATH,
  DT_RUNPATH,
  0x6ffffefb,
  0x6ffffefc,
  0x7ffffffd,
  0x7fffffff,
])

/**
 * Edits a copy of a program that is open for reading and writing. Answers null, or why it can't be done; then the copy is
 * as it was. In place where the new loader's name fits and no string has to be added: an appended payload stays where
 * programs look for it, at the end.
 */
export function editProgram(fd: number, edit: ElfEdit): string | null {
  const layout = readLayout(fd)
  const interpreter = layout?.segments.find(({ type }) => type === PT_INTERP)
  if (layout == null || interpreter === undefined) return 'it is no 64-bit program with an interpreter'
  const name = Buffer.from(`${edit.interpreter}\0`)
  const fits = name.length <= interpreter.fileSize
  const strings = editStrings(fd, layout, edit)
  if (typeof strings === 'string') return strings
  if (!fits || strings.length > 0) {
    const refusal = addSegment(fd, layout, [...(fits ? [] : [{ of: 'interpreter', bytes: name } as const]), ...strings])
    if (refusal !== null) return refusal
  }
  if (fits) write(fd, padded(name, interpreter.fileSize), interpreter.offset)
  return null
}

/** Bytes after all that the ELF headers know of: programs that bring their own data with them read it from there. */
export function hasPayload(fd: number): boolean {
  const layout = readLayout(fd)
  return layout !== null && layout.fileSize > layout.contentEnd
}

/** The string table and the dynamic section as they shall be; none when no string changes. */
function editStrings(fd: number, layout: Layout, { searchPath, origin, preload }: ElfEdit): Part[] | string {
  const { dynamic } = layout
  const adds = searchPath !== null || preload !== null
  if (dynamic === null) return adds ? 'it has no dynamic section' : []
  const valueFor = (wanted: number) => dynamic.entries.find(({ tag }) => tag === wanted)?.value
  const at = offsetOf(layout, valueFor(DT_STRTAB) ?? -1)
  const size = valueFor(DT_STRSZ)
  if (at === null || size === undefined) return adds ? 'it has no string table' : []
  if (!dynamic.entries.every(({ value }) => Number.isSafeInteger(value))) return 'its dynamic section has odd values'
  const table = readBytes(fd, at, size)

  let added = ''
  const place = (text: string) => {
    const value = size + Buffer.byteLength(added)
    added += `${text}\0`
    return value
  }
  const entries = dynamic.entries.flatMap((entry): DynamicEntry[] => {
    if (searchPath !== null && (entry.tag === DT_RPATH || entry.tag === DT_RUNPATH)) return []
    if (origin === null || !named.has(entry.tag)) return [entry]
    const text = textAt(table, entry.value)
    const fixed = withOrigin(text, origin)
    return [fixed === text ? entry : { ...entry, value: place(fixed) }]
  })
  if (searchPath !== null)
    entries.push({ tag: DT_RPATH, value: place(origin === null ? searchPath : withOrigin(searchPath, origin)) })
  if (preload !== null) entries.unshift({ tag: DT_NEEDED, value: place(preload) })
  if (added === '') return []
  return [
    {
      of: 'strings',
      bytes: Buffer.concat([table, Buffer.from(added)]),
      tag: DT_STRTAB,
      sizeTag: DT_STRSZ,
      movedFrom: at,
    },
    { of: 'dynamic', entries },
  ]
}

/** `$ORIGIN` and `${ORIGIN}` (ld.so(8), dynamic string tokens). */
function withOrigin(text: string, origin: string): string {
  return text.replace(/\$(?:\{ORIGIN\}|ORIGIN(?![A-Za-z0-9_]))/g, () => origin)
}

function textAt(table: Buffer, offset: number): string {
  const end = table.indexOf(0, offset)
  return table.toString('utf8', offset, end === -1 ? table.length : end)
}

function padded(bytes: Buffer, size: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])
}

function write(fd: number, bytes: Buffer, offset: number): void {
  writeSync(fd, bytes, 0, bytes.length, offset)
}
