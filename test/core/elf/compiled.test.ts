import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFloor } from '../../../packages/core/src/elf/floor.js'
import { readElf } from '../../../packages/core/src/elf/read.js'
import { compile, directory } from './compile.js'
import { seenByReadelf } from './readelf.js'

const hello = '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n'
const bare = 'void _start(void) { for (;;) {} }\n'
const number = 'int shared_number = 42; int get_number(void) { return shared_number; }\n'
const versions = 'GLIBC_2.4 { global: get_number; }; GLIBC_2.99 { global: shared_number; };\n'

writeFileSync(join(directory, 'versions.map'), versions)
const library = compile(
  'libnumber.so',
  number,
  '-shared',
  '-fPIC',
  '-Wl,-soname,libnumber.so',
  '-Wl,--version-script=versions.map',
)

test.each([
  ['dynamic', 'pie', hello, ['-pie', '-fPIE']],
  ['dynamic', 'no-pie', hello, ['-no-pie']],
  ['static', 'static', bare, ['-static', '-nostdlib', '-no-pie']],
  ['static-pie', 'static-pie', bare, ['-static-pie', '-nostdlib', '-fPIE']],
  ['dynamic', 'pie-with-soname', hello, ['-pie', '-fPIE', '-Wl,-soname,program']],
  ['shared', 'plugin.so', number, ['-shared', '-fPIC']],
  [
    'shared',
    'with-loader.so',
    number,
    ['-shared', '-fPIC', '-Wl,-soname,s', '-Wl,--dynamic-linker,/ld.so.1', '-Wl,-u,x'],
  ],
  ['object', 'object.o', number, ['-c']],
] as const)('%s: %s', (kind, name, source, options) => {
  const path = compile(name, source, ...options)
  const found = readElf(path)
  expect(found.kind).toBe(kind)
  expect(found).toEqual(seenByReadelf([path]).get(path)?.file)
})

test.each([
  ['rpath', '--disable-new-dtags'],
  ['runpath', '--enable-new-dtags'],
] as const)('%s is not mistaken for the other', (field, option) => {
  const path = compile(`with-${field}`, hello, `-Wl,${option}`, '-Wl,-rpath,/opt/lib:$ORIGIN/lib')
  expect({ rpath: null, runpath: null, [field]: '/opt/lib:$ORIGIN/lib' }).toMatchObject({
    rpath: readElf(path).rpath,
    runpath: readElf(path).runpath,
  })
})

test('a program without versions has no floor', () => {
  const plain = compile('libplain.so', number, '-shared', '-fPIC', '-nostdlib')
  const path = compile('unversioned', 'int get_number(void); void _start(void) { get_number(); }', '-nostdlib', plain)
  expect(readElf(path)).toMatchObject({ kind: 'dynamic', requires: {} })
  expect(readFloor(path)).toBeNull()
})

test('a variable that a program copies binds it to its version, although the program defines the symbol', () => {
  const source =
    'extern int shared_number; int get_number(void); int main(void) { return shared_number - get_number(); }'
  const path = compile('copies', source, '-no-pie', '-fno-pie', library)
  expect(readFloor(path)).toEqual({
    glibc: '2.99',
    symbols: [{ name: 'shared_number', version: 'GLIBC_2.99', library: 'libnumber.so' }],
  })
})

test.each(['sysv', 'gnu', 'both'])('symbols are found by a hash table of style %s', (style) => {
  const source = 'extern int shared_number; int main(void) { return shared_number; }'
  const path = compile(`hash-${style}`, source, `-Wl,--hash-style=${style}`, '-fPIE', '-pie', library)
  expect(readFloor(path)?.symbols.map(({ name }) => name)).toEqual(['shared_number'])
})

test('split-off debug information is an object, with the build-id of what it belongs to', () => {
  const path = compile('with-debug', hello, '-g', '-Wl,--build-id')
  const debug = join(directory, 'with-debug.debug')
  expect(spawnSync('objcopy', ['--only-keep-debug', path, debug]).status).toBe(0)
  const { buildId } = readElf(path)
  expect(buildId).toMatch(/^[0-9a-f]{40}$/)
  expect(readElf(debug)).toMatchObject({ kind: 'object', buildId, needed: [] })
})
