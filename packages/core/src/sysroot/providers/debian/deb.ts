/** One file of an ar archive. */
interface Member {
  readonly name: string
  readonly bytes: Uint8Array
}

const MAGIC = '!<arch>\n'
const HEADER = 60

/** Answers one part of a .deb (deb(5)): an ar archive of debian-binary, control.tar and data.tar. Throws when it is none. */
export function memberOfDeb(deb: Uint8Array, part: 'control.tar' | 'data.tar'): Member {
  const members = membersOf(Buffer.from(deb.buffer, deb.byteOffset, deb.length))
  const format = members.find(({ name }) => name === 'debian-binary')
  if (format === undefined || !Buffer.from(format.bytes).toString('latin1').startsWith('2.')) {
    throw new Error('it is no .deb of format 2')
  }
  const member = members.find(
    ({ name }) => name === part || (name.startsWith(part) && /^\.\w+$/.test(name.slice(part.length))),
  )
  if (member === undefined) throw new Error(`it holds no ${part}`)
  return member
}

/** ar's framing: 60 bytes of text before each member, which starts at an even offset (ar(5)). */
function membersOf(bytes: Buffer): readonly Member[] {
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC) throw new Error('it is no ar archive')
  const members: Member[] = []
  for (let offset = MAGIC.length; offset < bytes.length; ) {
    const header = bytes.toString('latin1', offset, offset + HEADER)
    const size = /^ *(\d+) *$/.exec(header.slice(48, 58))?.[1]
    if (header.length !== HEADER || !header.endsWith('`\n') || size === undefined)
      throw new Error('an ar header is damaged')
    const start = offset + HEADER
    const end = start + Number(size)
    if (end > bytes.length) throw new Error('an ar member is cut short')
    members.push({ name: header.slice(0, 16).trimEnd().replace(/\/$/, ''), bytes: bytes.subarray(start, end) })
    offset = end + (end % 2)
  }
  return members
}
