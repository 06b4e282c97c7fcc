import { createHash } from 'node:crypto'
import { chmodSync, linkSync, lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hashedFiles } from '../../../packages/core/src/sysroot/hashed-files.js'
import { temporary } from './debian/machine.js'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

function file(text: string): string {
  const path = join(temporary(), 'file')
  writeFileSync(path, text)
  return path
}

test('a hard link to a file that was compared is known without being read', () => {
  const path = file('one')
  const hashed = hashedFiles()
  expect(hashed.compare(path, sha256('one'))).toBe(true)
  linkSync(path, `${path}-link`)
  chmodSync(path, 0o444)
  expect(hashed.find(lstatSync(`${path}-link`, { bigint: true }))).toBe(sha256('one'))
})

test('a file that is not what it should be is never known', () => {
  const path = file('one')
  const hashed = hashedFiles()
  expect(hashed.compare(path, sha256('two'))).toBe(false)
  expect(hashed.find(lstatSync(path, { bigint: true }))).toBeNull()
})

test.each([['of the same length'], ['of another length'.repeat(2)]])(
  'a file that was written since is another one: %s',
  (text) => {
    const path = file('as it was at first')
    const hashed = hashedFiles()
    hashed.add(path, sha256('as it was at first'))
    writeFileSync(path, text)
    expect(hashed.find(lstatSync(path, { bigint: true }))).toBeNull()
  },
)

test('the same content in another file is another file', () => {
  const hashed = hashedFiles()
  hashed.add(file('one'), sha256('one'))
  expect(hashed.find(lstatSync(file('one'), { bigint: true }))).toBeNull()
})
