import { type Bytes, withBytes } from './bytes.js'
import { type Dynamic, readDynamic } from './dynamic.js'
import type { ElfFile, ElfKind, VersionNeed } from './elf-file.js'
import type { Fields } from './fields.js'
import { type Header, readHeader } from './header.js'
import { readBuildId } from './notes.js'
import { isDebugOnly, PT_INTERP, readSegments, type Segment } from './segments.js'
import { type BoundNeed, readVersionDefinitions, readVersionNeeds } from './versions.js'

/** An open file, read as far as the loader reads it; `linked` is null for what has no dynamic section. */
export interface Image {
  readonly file: ElfFile
  readonly linked: {
    readonly header: Header
    readonly dynamic: Dynamic
    readonly needs: readonly BoundNeed[]
  } | null
}

/** Opens `path` once for everything that one caller wants to know of it. */
export function withImage<T>(path: string, use: (image: Image) => T): T {
  return withBytes(path, (bytes) => use(readImage(bytes)))
}

function readImage(bytes: Bytes): Image {
  const magicSize = Math.min(bytes.size, 4)
  const magic = bytes.window(0, magicSize).toString('latin1', 0, magicSize)
  if (magic !== '\x7fELF') {
    const kind = magic.startsWith('#!') ? 'script' : 'not-elf'
    return { file: { ...nothing, path: bytes.path, kind }, linked: null }
  }
  const header = readHeader(bytes)
  const { fields, machine } = header
  const common = { path: bytes.path, machine, bits: fields.bits, byteOrder: fields.little ? 'little' : 'big' } as const
  if (header.type === 'other') return { file: { ...nothing, ...common, kind: 'object' }, linked: null }
  return readLoadable(header, common)
}

const nothing = {
  machine: null,
  bits: null,
  byteOrder: null,
  interpreter: null,
  soname: null,
  needed: [],
  rpath: null,
  runpath: null,
  requires: {},
  defines: [],
  buildId: null,
} as const

function readLoadable(header: Header, common: Pick<ElfFile, 'path' | 'machine' | 'bits' | 'byteOrder'>): Image {
  const { fields } = header
  const segments = readSegments(header)
  if (isDebugOnly(segments)) {
    return { file: { ...nothing, ...common, kind: 'object', buildId: readBuildId(header, segments) }, linked: null }
  }
  const interpreter = readInterpreter(fields, segments)
  const dynamic = readDynamic(fields, segments)
  const needs = dynamic === null ? [] : readVersionNeeds(fields, dynamic)
  const file: ElfFile = {
    ...common,
    kind: kindOf(header.type, interpreter, dynamic),
    interpreter,
    soname: dynamic?.soname ?? null,
    needed: dynamic?.needed ?? [],
    rpath: dynamic?.rpath ?? null,
    runpath: dynamic?.runpath ?? null,
    requires: byLibrary(needs),
    defines: dynamic === null ? [] : readVersionDefinitions(fields, dynamic),
    buildId: readBuildId(header, segments),
  }
  return { file, linked: dynamic === null ? null : { header, dynamic, needs } }
}

/** As the kernel does: the first PT_INTERP, 2 to 4096 bytes that end in NUL (Linux fs/binfmt_elf.c, load_elf_binary). */
function readInterpreter(fields: Fields, segments: readonly Segment[]): string | null {
  const segment = segments.find(({ type }) => type === PT_INTERP)
  if (segment === undefined) return null
  const { offset, fileSize } = segment
  if (fileSize < 2 || fileSize > 4096) {
    throw fields.bytes.fail('ELF_MALFORMED', `the name of its loader takes ${fileSize} bytes`)
  }
  if (fields.bytes.window(offset, fileSize)[(offset % 4096) + fileSize - 1] !== 0) {
    throw fields.bytes.fail('ELF_MALFORMED', 'the name of its loader has no end')
  }
  return fields.text(offset, offset + fileSize)
}

function kindOf(type: Header['type'], interpreter: string | null, dynamic: Dynamic | null): ElfKind {
  const isProgram = type === 'exec' || dynamic?.isProgram === true
  if (interpreter !== null) return isProgram || (dynamic?.soname ?? null) === null ? 'dynamic' : 'shared'
  if (type === 'exec') return 'static'
  return isProgram ? 'static-pie' : 'shared'
}

function byLibrary(needs: readonly BoundNeed[]): ElfFile['requires'] {
  const requires = new Map<string, VersionNeed[]>()
  for (const { library, version, weak } of needs) {
    const known = requires.get(library)
    if (known === undefined) requires.set(library, [{ version, weak }])
    else known.push({ version, weak })
  }
  return Object.fromEntries(requires)
}
