import type { Bytes } from './bytes.js'

const textLimit = 64 * 1024
const textBudget = 8 * 1024 * 1024

/** Numbers and strings of one ELF file, in its own class and byte order. */
export interface Fields {
  readonly bits: 32 | 64
  readonly little: boolean
  readonly bytes: Bytes
  u16(offset: number): number
  u32(offset: number): number
  /** An Elf_Addr, Elf_Off or Elf_Xword; a double, so that values of 2^53 and more are near, never small. */
  word(offset: number): number
  /** A NUL-terminated string that ends before `end`. */
  text(offset: number, end: number): string
}

/** Decodes `bytes`; the strings of one file may take 8 MiB in all, so that a hostile table costs little. */
export function fieldsOf(bytes: Bytes, bits: 32 | 64, little: boolean): Fields {
  let spent = 0
  return { bits, little, bytes, u16, u32, word: bits === 64 ? u64 : u32, text }

  function u16(offset: number): number {
    const window = bytes.window(offset, 2)
    return little ? window.readUInt16LE(offset % 4096) : window.readUInt16BE(offset % 4096)
  }

  function u32(offset: number): number {
    const window = bytes.window(offset, 4)
    return little ? window.readUInt32LE(offset % 4096) : window.readUInt32BE(offset % 4096)
  }

  function u64(offset: number): number {
    const [low, high] = little ? [offset, offset + 4] : [offset + 4, offset]
    return u32(high) * 2 ** 32 + u32(low)
  }

  function text(offset: number, end: number): string {
    let found = ''
    for (let at = offset; at < end && at - offset < textLimit; ) {
      const window = bytes.window(at, 1)
      const start = at % 4096
      const stop = Math.min(window.length, start + (end - at))
      const nul = window.indexOf(0, start)
      const isWhole = nul !== -1 && nul < stop
      found += window.toString('latin1', start, isWhole ? nul : stop)
      spent += found.length + 1
      if (spent > textBudget) throw bytes.fail('ELF_MALFORMED', 'its strings take more than 8 MiB')
      if (isWhole) return decoded(found)
      at += stop - start
    }
    throw bytes.fail('ELF_MALFORMED', `the string at offset ${offset} has no end`)
  }
}

/** Tools write UTF-8 or some 8-bit charset: keep the bytes when they are not UTF-8. */
function decoded(latin1: string): string {
  if (!/[\x80-\xff]/.test(latin1)) return latin1
  const utf8 = Buffer.from(latin1, 'latin1').toString('utf8')
  return utf8.includes('\ufffd') ? latin1 : utf8
}
