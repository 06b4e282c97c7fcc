/** One entry as an attacker may write it: nothing is checked, every field may lie. */
export interface RawEntry {
  readonly name: string
  /** The type flag of POSIX ustar; `0` a file. */
  readonly type?: string
  readonly target?: string
  readonly body?: string | Uint8Array
  readonly mode?: number
  /** What the header says; the body's length when it is left out. */
  readonly size?: string
}

/** A tar of the entries as they are, with its end. */
export function rawTar(entries: readonly RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(1024)])
}

export function rawEntry(entry: RawEntry): Buffer {
  const body = Buffer.from(entry.body ?? '')
  return Buffer.concat([header(entry, body.length), body, Buffer.alloc(-body.length & 511)])
}

/** A header of ustar (POSIX.1-1988), checksum included. */
function header({ name, type = '0', target = '', mode = 0o644, size }: RawEntry, length: number): Buffer {
  const block = Buffer.alloc(512)
  block.write(name, 0, 100, 'utf8')
  block.write(octal(mode, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  block.write(size ?? octal(length, 11), 124, 12, 'latin1')
  block.write(octal(0, 11), 136)
  block.fill(' ', 148, 156)
  block.write(type, 156, 1, 'latin1')
  block.write(target, 157, 100, 'utf8')
  block.write('ustar\x0000', 257, 'latin1')
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${octal(sum, 6)}\0 `, 148, 'latin1')
  return block
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

/** An extended header of pax (POSIX.1-2001) for the entry after it. */
export function pax(fields: Readonly<Record<string, string>>): RawEntry {
  const body = Object.entries(fields).map(([key, value]) => {
    const rest = ` ${key}=${value}\n`
    const bytes = Buffer.byteLength(rest)
    const digits = String(bytes + String(bytes).length).length
    return `${bytes + digits}${rest}`
  })
  return { name: 'pax', type: 'x', body: body.join('') }
}

/** GNU tar's long name (`L`) or long target (`K`) for the entry after it. */
export function gnuLong(type: 'L' | 'K', text: string): RawEntry {
  return { name: '././@LongLink', type, body: `${text}\0` }
}
