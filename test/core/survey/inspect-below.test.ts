import { cpSync, linkSync, mkdirSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { execa } from 'execa'
import tmp from 'tmp'
import { beforeAll, expect, test } from 'vitest'
import { buildPrograms } from '../../../fixtures/programs/build.mjs'
import { gate } from '../../../packages/core/src/survey/gate.js'
import { inspectBelow } from '../../../packages/core/src/survey/inspect-below.js'

tmp.setGracefulCleanup()
const directory = realpathSync(tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-survey-' }).name)
const tree = join(directory, 'node_modules')
let program = ''

beforeAll(async () => {
  const built = await buildPrograms(directory, ['uses-strlcpy', 'print-libc-static'])
  program = built['uses-strlcpy'] as string
  const put = (name: string, from = program) => {
    mkdirSync(dirname(join(tree, name)), { recursive: true })
    cpSync(from, join(tree, name))
  }
  put('a/build/Release/a.node')
  put('a/node_modules/b/bin/b')
  put('c/static', built['print-libc-static'])
  writeFileSync(join(tree, 'c/index.js'), '"\\x7fELF"')
  writeFileSync(join(tree, 'c/empty'), '')
  writeFileSync(join(tree, 'c/cut'), '\x7fELF', 'latin1')
  linkSync(join(tree, 'a/node_modules/b/bin/b'), join(tree, 'c/same-as-b'))
  // A workspace's package, linked as npm does; and links that lead elsewhere, or in a circle.
  mkdirSync(join(directory, 'packages/mine'), { recursive: true })
  cpSync(program, join(directory, 'packages/mine/mine'))
  mkdirSync(join(tree, '@me'))
  symlinkSync('../../packages/mine', join(tree, '@me/mine'))
  symlinkSync('..', join(tree, 'a/up'))
  symlinkSync('/usr/lib', join(tree, 'a/lib'))
  symlinkSync('.', join(tree, 'self'))
})

test('every ELF file of a tree once, in linked packages too; one that is cut short is told', async () => {
  const found = await inspectBelow([tree, join(tree, 'a')])
  expect(
    found.map((each) => [relative(tree, each.path), 'error' in each ? each.error.code : each.floor?.glibc]),
  ).toEqual([
    ['@me/mine/mine', '2.38'],
    ['a/build/Release/a.node', '2.38'],
    ['a/node_modules/b/bin/b', '2.38'],
    ['c/cut', 'ELF_TRUNCATED'],
    ['c/static', undefined],
  ])
})

test.each([
  ['tgz', 'z'],
  ['tar', ''],
  ['tar.xz', 'J'],
])('the same of a tarball: .%s', async (ending, compression) => {
  const file = join(directory, `tree.${ending}`)
  await execa('tar', [`-c${compression}f`, file, '-C', directory, 'node_modules/a', 'node_modules/c/cut'])
  const found = await inspectBelow([file])
  expect(
    found.map((each) => [each.path, 'error' in each ? each.error.code : each.floor?.symbols[0]?.name]).sort(),
  ).toEqual([
    [`${file}!node_modules/a/build/Release/a.node`, 'strlcpy'],
    [`${file}!node_modules/a/node_modules/b/bin/b`, 'strlcpy'],
    [`${file}!node_modules/c/cut`, 'ELF_TRUNCATED'],
  ])
})

test('a tarball that is none, is cut short or is not there', async () => {
  const whole = join(directory, 'whole.tgz')
  await execa('tar', ['-czf', whole, '-C', directory, 'node_modules/a/build'])
  const cut = join(directory, 'cut.tgz')
  await execa('sh', ['-c', 'head -c 1000 "$1" > "$2"', 'sh', whole, cut])
  await expect(inspectBelow([cut])).rejects.toMatchObject({ code: 'ARCHIVE_MALFORMED' })
  const text = join(directory, 'text.tgz')
  writeFileSync(text, 'no tarball')
  await expect(inspectBelow([text])).rejects.toMatchObject({ code: 'ARCHIVE_MALFORMED' })
  await expect(inspectBelow([join(directory, 'missing.tgz')])).rejects.toMatchObject({ code: 'ELF_NOT_READABLE' })
})

test('a file that is named is answered whatever it is', async () => {
  const script = join(tree, 'c/index.js')
  expect(await inspectBelow([script])).toEqual([expect.objectContaining({ path: script, kind: 'not-elf' })])
})

test('what is packed in a format that nobody looks into does not pass', async () => {
  const zip = join(directory, 'tool.whl')
  const script = 'import sys, zipfile; zipfile.ZipFile(sys.argv[1], "w").write(sys.argv[2], "tool")'
  await execa('python3', ['-c', script, zip, program])
  const deb = join(directory, 'tool.deb')
  writeFileSync(join(directory, 'debian-binary'), '2.0\n')
  await execa('ar', ['rc', deb, 'debian-binary'], { cwd: directory })
  const gz = join(directory, 'tool.gz')
  await execa('sh', ['-c', 'gzip -c "$1" > "$2"', 'sh', program, gz])
  const image = join(directory, 'images/tool.AppImage')
  mkdirSync(dirname(image))
  const bytes = readFileSync(program)
  bytes.write('AI\x02', 8, 'latin1')
  writeFileSync(image, bytes)
  const found = await inspectBelow([zip, deb, gz, dirname(image)])
  expect(found).toEqual(
    [zip, deb, gz, image].map((path) => ({ path, error: expect.objectContaining({ code: 'ELF_NOT_READABLE' }) })),
  )
})

test('the gate compares by number, and refuses to pass what it saw nothing of', async () => {
  const found = await inspectBelow([program])
  const above = (max: string) => gate(found, max).map((file) => file.above)
  expect([above('2.4'), above('2.37'), above('2.38'), above('2.100')]).toEqual([[true], [true], [false], [false]])
  expect(() => gate([], '2.28')).toThrow(expect.objectContaining({ code: 'NOTHING_TO_INSPECT' }))
})
