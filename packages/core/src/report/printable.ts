/**
 * Text for a terminal that only colours may change: names of programs and tests could move the cursor over what stands there,
 * or turn the line around (Unicode's bidirectional controls), and so paint a tick.
 */
export function printable(text: string): string {
  return text.replace(forbidden, (found) => `\\x${(found.codePointAt(0) as number).toString(16).padStart(2, '0')}`)
}

/** An escape that begins no SGR sequence (ECMA-48, 8.3.117), the other controls apart from tab and newline, and bidirectional ones. */
const forbidden = new RegExp(
  [
    String.raw`\u001b(?!\[[\d;]*m)`,
    String.raw`[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]`,
  ].join('|'),
  'g',
)
