import type { Bytes } from './bytes.js'
import { type Fields, fieldsOf } from './fields.js'
import { machineName } from './machines.js'

/** The ELF header (gABI chapter 4) as far as a loader reads it. */
export interface Header {
  readonly fields: Fields
  readonly type: 'exec' | 'dyn' | 'other'
  readonly machine: string
  readonly segmentsOffset: number
  readonly segmentSize: number
  readonly segmentCount: number
  readonly sectionsOffset: number
  readonly sectionSize: number
  readonly sectionCount: number
}

/** Reads the header of a file that starts with the ELF magic. */
export function readHeader(bytes: Bytes): Header {
  const ident = bytes.window(0, 16)
  const bits = ident[4] === 1 ? 32 : ident[4] === 2 ? 64 : null
  const little = ident[5] === 1 ? true : ident[5] === 2 ? false : null
  if (bits === null || little === null || ident[6] !== 1) {
    throw bytes.fail('ELF_MALFORMED', `class ${ident[4]}, byte order ${ident[5]}, version ${ident[6]} are not ELF's`)
  }
  const fields = fieldsOf(bytes, bits, little)
  const at = bits === 64 ? layout64 : layout32
  bytes.window(0, at.size)
  return {
    fields,
    type: types[fields.u16(16)] ?? 'other',
    machine: machineName(fields.u16(18), bits, little),
    segmentsOffset: fields.word(at.phoff),
    segmentSize: fields.u16(at.phentsize),
    segmentCount: fields.u16(at.phentsize + 2),
    sectionsOffset: fields.word(at.shoff),
    sectionSize: fields.u16(at.phentsize + 4),
    sectionCount: fields.u16(at.phentsize + 6),
  }
}

const types: Readonly<Record<number, Header['type']>> = { 2: 'exec', 3: 'dyn' }
const layout32 = { phoff: 28, shoff: 32, phentsize: 42, size: 52 }
const layout64 = { phoff: 32, shoff: 40, phentsize: 54, size: 64 }
