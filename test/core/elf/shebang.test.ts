import { spawnSync } from 'node:child_process'
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dirSync, setGracefulCleanup } from 'tmp'
import { expect, test } from 'vitest'
import { readShebang } from '../../../packages/core/src/elf/shebang.js'
import { failure } from '../failure.js'
import { compile } from './compile.js'

setGracefulCleanup()
/** Short, as a shebang has 256 bytes. */
const directory = dirSync({ unsafeCleanup: true, prefix: 's' }).name
const interpreter = join(directory, 'i')

/** Prints its arguments, each with a NUL; given `exec` first, becomes the second argument by a plain execve. */
const source = `
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  if (argc == 3 && strcmp(argv[1], "exec") == 0) {
    execve(argv[2], argv + 2, 0);
    return 100;
  }
  for (int i = 0; i < argc; i++) fwrite(argv[i], 1, strlen(argv[i]) + 1, stdout);
  return 0;
}
`
const program = compile('arguments', source)
symlinkSync(program, interpreter)

const i = interpreter
const lines: readonly [string, string][] = [
  ['plain', `#!${i}\n`],
  ['blanks before', `#! \t ${i}\n`],
  ['one argument', `#!${i} -x\n`],
  ['one argument of several words', `#!${i}  -x  a b\tc \t\nrest\n`],
  ['blanks behind', `#!${i} \t \n`],
  ['no newline', `#!${i}`],
  ['no newline, argument', `#!${i} -x y`],
  ['no newline, blank behind', `#!${i} `],
  ['no newline, argument and blank behind', `#!${i} -x `],
  ['carriage return', `#!${i} -x\r\n`],
  ['NUL in the line', `#!${i}\0junk -x\n`],
  ['NUL behind the argument', `#!${i} -x\0junk\n`],
  ['letters beyond ASCII', `#!${i} ä€\n`],
  ['nothing', '#!'],
  ['only a newline', '#!\n'],
  ['only blanks', '#!  \t\n'],
  ['only blanks, no newline', '#!   '],
  ['argument cut at 255 bytes', `#!${i} ${'a'.repeat(400)}\n`],
  ['path cut at 255 bytes', `#!/${'a'.repeat(400)}\n`],
  ['blanks to beyond the buffer', `#!${' '.repeat(400)}${i}\n`],
  ['path that ends at the last byte', `#!${i.padStart(253, '/')}\n`],
  ['path that ends one byte before', `#!${i.padStart(252, '/')}\n`],
  ['path that ends with the file there', `#!${i.padStart(253, '/')}`],
  ['argument that ends at the last byte', `#!${i} ${'b'.repeat(252 - i.length)}\n`],
]

test.each(lines)('%s: read as the kernel reads it', (name, line) => {
  const path = join(directory, name.replaceAll(' ', '-'))
  writeFileSync(path, line)
  chmodSync(path, 0o755)
  const { status, stdout } = spawnSync(program, ['exec', path], { encoding: 'utf8' })
  const found = readShebang(path)
  const read = found && [found.interpreter, ...(found.argument === null ? [] : [found.argument]), path]
  const ran = status === 100 ? null : stdout.split('\0').slice(0, -1)
  expect(read).toEqual(ran)
})

test('what is no script has no shebang', () => {
  expect(readShebang(program)).toBeNull()
  const empty = join(directory, 'empty')
  writeFileSync(empty, '')
  expect(readShebang(empty)).toBeNull()
})

test('a script that can’t be read is a typed error', () => {
  expect(failure(() => readShebang(dirname(interpreter))).code).toBe('ELF_NOT_READABLE')
})
