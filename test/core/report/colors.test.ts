import { expect, it } from 'vitest'
import { wantsColor } from '../../../packages/core/src/report/colors.js'

const terminal = { isTTY: true }
const file = { isTTY: undefined }

it.each([
  ['a terminal', terminal, {}, true],
  ['a file', file, {}, false],
  ['a terminal without any', terminal, { TERM: 'dumb' }, false],
  ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
  ['NO_COLOR before FORCE_COLOR', file, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ['FORCE_COLOR', file, { FORCE_COLOR: '1', TERM: 'dumb' }, true],
  ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
  ['empty variables', terminal, { NO_COLOR: '', FORCE_COLOR: '' }, true],
  ['empty variables, to a file', file, { NO_COLOR: '', FORCE_COLOR: '' }, false],
] as const)('colours: %s', (_, stream, env, expected) => {
  expect(wantsColor(stream, env)).toBe(expected)
})
