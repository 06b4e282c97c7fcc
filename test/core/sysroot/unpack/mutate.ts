/** A small generator of numbers in [0, 1), so that a seed names a case (mulberry32, public domain). */
export function numbersFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** What an attacker would put in: sizes, names that climb, types of tar entries. */
const WORDS = ['../../../x', '/etc/x', '\0', '77777777777', '-1', '9999999999', '1', '2', '3', '6', 'L', 'x', 'g', 'S']

/** Changes bytes in one to four places: flipped, overwritten, cut off, cut out, doubled. */
export function mutate(bytes: Uint8Array, seed: number): Buffer {
  const next = numbersFrom(seed)
  const below = (end: number) => Math.floor(next() * end)
  let result: Buffer = Buffer.from(bytes)
  for (let left = 1 + below(4); left > 0; left -= 1) {
    const at = below(result.length)
    const length = 1 + below(600)
    const word = Buffer.from(WORDS[below(WORDS.length)] as string)
    const byte = (value: number) => splice(result, at, at + 1, Buffer.from([value]))
    const ways = [
      () => byte((result[at] ?? 0) ^ (1 << below(8))),
      () => byte(below(256)),
      () => splice(result, at, at + word.length, word),
      () => result.subarray(0, at + 1),
      () => splice(result, at, at + length, Buffer.alloc(0)),
      () => splice(result, at, at, result.subarray(at, at + length)),
    ]
    result = (ways[below(ways.length)] as () => Buffer)()
    if (result.length === 0) return result
  }
  return result
}

function splice(bytes: Buffer, start: number, end: number, middle: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, start), middle, bytes.subarray(end)])
}
