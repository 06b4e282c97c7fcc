const control = String.fromCharCode(27)
/** Colours and cursor movements (ECMA-48 CSI), and titles and links of terminals (OSC). */
const sequences = new RegExp(`${control}\\[[0-?]*[ -/]*[@-~]|${control}\\][^\\p{Cc}]*(?:${control}\\\\|\\x07)?`, 'gu')
/** Other controls but tab and line feed, what turns the direction of text, halves of pairs, and what XML 1.0 has no place for. */
const hostile = /(?![\t\n])[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\uFEFF\uFFFE\uFFFF]/gu

/**
 * What a program wrote, as it may stand in a report: it moves no cursor, reorders no text and hides nothing; a character that
 * could is shown by its number.
 */
export function plainText(text: string): string {
  return text
    .replace(sequences, '')
    .replace(/\r\n?/g, '\n')
    .replace(hostile, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}

/** The same on one line. */
export function plainLine(text: string): string {
  return plainText(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim()
}
