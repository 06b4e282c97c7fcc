import { spawnSync } from 'node:child_process'
import type { ElfFile, ElfKind, FloorSymbol } from '../../../packages/core/src/elf/elf-file.js'

const batchSize = 200

/** A version need as binutils prints it, with the index that binds symbols to it. */
export interface SeenNeed {
  readonly library: string
  readonly version: string
  readonly weak: boolean
  readonly index: number
}

export interface Seen {
  readonly file: ElfFile
  readonly needs: readonly SeenNeed[]
}

/** What binutils' readelf says of each file, in the shape of ours: the reference of the comparison. */
export function seenByReadelf(paths: readonly string[]): ReadonlyMap<string, Seen> {
  return new Map(readelf(['-hldVnW'], paths).map(([path, text]) => [path, parse(path, text)]))
}

/** Dynamic symbols that readelf shows as bound to a version need, `name@VERSION (index)`, whether defined or not. */
export function symbolsByReadelf(seen: ReadonlyMap<string, Seen>): ReadonlyMap<string, readonly FloorSymbol[]> {
  const texts = readelf(['--dyn-syms', '-W'], [...seen.keys()])
  return new Map(texts.map(([path, text]) => [path, parseSymbols(seen.get(path)?.needs ?? [], text)]))
}

function readelf(options: readonly string[], paths: readonly string[]): readonly [string, string][] {
  const batches = Array.from({ length: Math.ceil(paths.length / batchSize) }, (_, index) =>
    paths.slice(index * batchSize, (index + 1) * batchSize),
  )
  return batches.flatMap((batch) => {
    // Two files at least: of a single one readelf prints no name.
    const result = spawnSync('readelf', [...options, '--', ...batch, ...batch.slice(0, 1)], {
      encoding: 'utf8',
      maxBuffer: 2 ** 30,
      env: { ...process.env, LC_ALL: 'C' },
    })
    if (result.error !== undefined)
      throw new Error('these tests need readelf, of the package binutils', { cause: result.error })
    const parts = result.stdout.split(/^File: /m).slice(1)
    if (parts.length !== batch.length + 1) throw new Error(`readelf answered ${parts.length} of ${batch.length + 1}`)
    return batch.map((path, index): [string, string] => [path, parts[index]?.slice(path.length) ?? ''])
  })
}

function parse(path: string, text: string): Seen {
  const type = field(text, /^ {2}Type: +(\w+)/m)
  const isDebugOnly =
    /^ {2}LOAD .* 0x0+ 0x\w+ R?W? ?E/m.test(text) && !/^ {2}LOAD .* 0x0*[1-9a-f]\w* 0x\w+ .{0,2}E /m.test(text)
  const isLoadable = (type === 'EXEC' || type === 'DYN') && !isDebugOnly
  const soname = field(text, /\(SONAME\) +Library soname: \[(.*)\]$/m)
  const interpreter = isLoadable ? field(text, /\[Requesting program interpreter: (.*)\]$/m) : null
  const isPie = /\(FLAGS_1\) +Flags:.* PIE\b/.test(text)
  const needs = isLoadable ? parseNeeds(text) : []
  const bits = field(text, /^ {2}Class: +ELF(\d+)/m) === '64' ? 64 : 32
  const byteOrder = / big endian$/m.test(text) ? 'big' : 'little'
  const file: ElfFile = {
    path,
    kind: isLoadable ? kindOf(type, interpreter, soname, isPie) : 'object',
    machine: machineOf(field(text, /^ {2}Machine: +(.*)$/m) ?? '', bits, byteOrder),
    bits,
    byteOrder,
    interpreter,
    soname,
    needed: [...text.matchAll(/\(NEEDED\) +Shared library: \[(.*)\]$/gm)].map((match) => match[1] ?? ''),
    rpath: field(text, /\(RPATH\) +Library rpath: \[(.*)\]$/m),
    runpath: field(text, /\(RUNPATH\) +Library runpath: \[(.*)\]$/m),
    requires: Object.fromEntries(
      needs.map(({ library }) => [
        library,
        needs.filter((need) => need.library === library).map(({ version, weak }) => ({ version, weak })),
      ]),
    ),
    defines: isLoadable ? parseDefinitions(text) : [],
    buildId: isLoadable || isDebugOnly ? field(text, /Build ID: (\w+)$/m) : null,
  }
  return { file, needs }
}

function kindOf(type: string | null, interpreter: string | null, soname: string | null, isPie: boolean): ElfKind {
  if (type === 'EXEC') return interpreter === null ? 'static' : 'dynamic'
  if (interpreter === null) return isPie ? 'static-pie' : 'shared'
  return soname !== null && !isPie ? 'shared' : 'dynamic'
}

/** `   0x0010:   Name: GLIBC_2.34  Flags: none  Version: 4` below `  000000: Version: 1  File: libc.so.6  Cnt: 3` */
function parseNeeds(text: string): readonly SeenNeed[] {
  let library = ''
  const needs: SeenNeed[] = []
  for (const match of text.matchAll(
    /^ {2}\w+: (?:Version: \d+ {2}File: (.+) {2}Cnt:| {2}Name: (.+?) {2}Flags: (.+?) +Version: (\d+)$)/gm,
  )) {
    const [, file, version, flags, index] = match
    if (file !== undefined) library = file
    else needs.push({ library, version: version ?? '', weak: /\bWEAK\b/.test(flags ?? ''), index: Number(index) })
  }
  return needs
}

function parseDefinitions(text: string): readonly string[] {
  return [...text.matchAll(/^ {2}\w+: Rev: \d+ {2}Flags: (.+?) +Index: \d+ {2}Cnt: \d+ {2}Name: (.+)$/gm)]
    .filter(([, flags]) => !/\bBASE\b/.test(flags ?? ''))
    .map((match) => match[2] ?? '')
}

function parseSymbols(needs: readonly SeenNeed[], text: string): readonly FloorSymbol[] {
  const byIndex = new Map(needs.map((need) => [String(need.index), need]))
  return [...text.matchAll(/ (\S+)@(\S+) \((\d+)\)$/gm)].map(([, name, version, index]) => {
    const need = byIndex.get(index ?? '')
    return { name: name ?? '', version: version ?? '', library: need?.library ?? 'no such need' }
  })
}

function field(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1] ?? null
}

/** binutils' name, class and byte order to ours. */
const machines: Readonly<Record<string, string>> = {
  'AArch64 64 little': 'aarch64',
  'ARM 32 little': 'arm',
  'Advanced Micro Devices X86-64 32 little': 'x86_64',
  'Advanced Micro Devices X86-64 64 little': 'x86_64',
  'Alpha 64 little': 'alpha',
  'IBM S/390 32 big': 's390',
  'IBM S/390 64 big': 's390x',
  'Intel 80386 32 little': 'i386',
  'LoongArch 64 little': 'loongarch64',
  'MIPS R3000 32 big': 'mips',
  'MIPS R3000 64 little': 'mips64',
  'PowerPC 32 big': 'ppc',
  'PowerPC64 64 big': 'ppc64',
  'PowerPC64 64 little': 'ppc64le',
  'RISC-V 32 little': 'riscv32',
  'RISC-V 64 little': 'riscv64',
  'Sparc v9 64 big': 'sparc64',
}

function machineOf(name: string, bits: 32 | 64, byteOrder: 'little' | 'big'): string {
  return machines[`${name} ${bits} ${byteOrder}`] ?? `no name for ${name}`
}
