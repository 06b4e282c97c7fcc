import { expect, test } from 'vitest'
import { plainLine, plainText } from '../../../packages/core/src/report/plain-text.js'

test.each([
  ['plain text, ümläut, 漢字, 👩‍👩‍👧', 'plain text, ümläut, 漢字, 👩‍👩‍👧'],
  ['\u001b[1;31mred\u001b[0m and \u001b]8;;http://x\u0007link\u001b]8;;\u001b\\', 'red and link'],
  ['\u001b]0;never ends', ''],
  ['a\r\nb\rc\td', 'a\nb\nc\td'],
  ['\u001bc\u0000\u0008\u007f\u009b31m', '\\u{1b}c\\u{0}\\u{8}\\u{7f}\\u{9b}31m'],
  ['\u202Eevil\u2069\u200e\uFEFF\uFFFE\ud800', '\\u{202e}evil\\u{2069}\\u{200e}\\u{feff}\\u{fffe}\\u{d800}'],
])('%j is shown as %j', (text, shown) => {
  expect(plainText(text)).toBe(shown)
})

test('a line is one line', () => {
  expect(plainLine(' a \n\n b\r\nc ')).toBe('a b c')
})
