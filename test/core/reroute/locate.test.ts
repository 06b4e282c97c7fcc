import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { locate } from '../../../packages/core/src/reroute/locate.js'
import { scratch, script } from './programs.js'

const root = scratch()
const echo = '#!/bin/sh\nprintf "%s\\n" "$0" "$@"\n'

for (const directory of ['a', 'b', 'c', 'empty', 'cwd/sub']) mkdirSync(join(root, directory), { recursive: true })
script(join(root, 'a/tool'), echo)
script(join(root, 'b/tool'), echo)
script(join(root, 'b/only-b'), echo)
script(join(root, 'cwd/here'), echo)
script(join(root, 'cwd/sub/below'), echo)
mkdirSync(join(root, 'a/dir-first'))
script(join(root, 'b/dir-first'), echo)
script(join(root, 'a/plain-first'), echo, 0o644)
script(join(root, 'b/plain-first'), echo)
script(join(root, 'a/plain'), echo, 0o644)
script(join(root, 'a/no-interpreter'), '#!/nonexistent/interpreter\n')
script(join(root, 'b/no-interpreter'), echo)
script(join(root, 'c/no-interpreter-at-all'), '#!/nonexistent/interpreter\n')
script(join(root, 'c/plain-interpreter'), `#!${join(root, 'a/plain')}\n`)
script(join(root, 'c/relative-interpreter'), '#!here\n')
symlinkSync('loop', join(root, 'a/loop'))
script(join(root, 'b/loop'), echo)
symlinkSync('nowhere', join(root, 'a/dangling'))
script(join(root, 'b/dangling'), echo)
symlinkSync('../b/only-b', join(root, 'a/link'))
script(join(root, 'c/execute-only-for-all'), echo, 0o755)
chmodSync(join(root, 'c/execute-only-for-all'), 0o711)
script(join(root, 'c/no-shebang'), 'echo "$0"\n')

const path = ['a', 'b', 'c'].map((name) => join(root, name)).join(':')
const long = 'x'.repeat(300)

// file, PATH (undefined: none at all), cwd below the root
const cases: readonly (readonly [string, string | undefined, string])[] = [
  [join(root, 'a/tool'), path, 'cwd'],
  ['tool', path, 'cwd'],
  ['tool', join(root, 'b'), 'cwd'],
  ['only-b', path, 'cwd'],
  ['./here', path, 'cwd'],
  ['sub/below', path, 'cwd'],
  ['../a/tool', path, 'cwd'],
  ['here', path, 'cwd'],
  ['here', `${path}:`, 'cwd'],
  ['here', `:${path}`, 'cwd'],
  ['here', `${path}::/usr/bin`, 'cwd'],
  ['here', '', 'cwd'],
  ['here', '.', 'cwd'],
  ['below', 'sub', 'cwd'],
  ['below', './sub/', 'cwd'],
  ['tool', '../nonexistent:../b', 'cwd'],
  ['uname', undefined, 'cwd'],
  ['tool', undefined, 'cwd'],
  ['dir-first', path, 'cwd'],
  ['dir-first', join(root, 'a'), 'cwd'],
  ['plain-first', path, 'cwd'],
  ['plain', path, 'cwd'],
  [join(root, 'a/plain'), path, 'cwd'],
  [join(root, 'a'), path, 'cwd'],
  [`${join(root, 'a/tool')}/`, path, 'cwd'],
  [join(root, 'a/tool/below'), path, 'cwd'],
  ['tool', `${join(root, 'a/tool')}:${join(root, 'b')}`, 'cwd'],
  ['no-interpreter', path, 'cwd'],
  ['no-interpreter-at-all', path, 'cwd'],
  ['plain-interpreter', path, 'cwd'],
  ['relative-interpreter', path, 'cwd'],
  ['relative-interpreter', path, 'empty'],
  ['loop', path, 'cwd'],
  ['dangling', path, 'cwd'],
  ['link', path, 'cwd'],
  ['no-shebang', path, 'cwd'],
  ['execute-only-for-all', path, 'cwd'],
  [long, path, 'cwd'],
  ['nowhere', path, 'cwd'],
  ['nowhere', '/dev/null:/proc/1/nothing:/etc/passwd', 'cwd'],
]

describe('locate finds what execvp(3) executes', () => {
  it.each(cases)('%s with PATH=%s in %s', (file, PATH, directory) => {
    const cwd = join(root, directory)
    const env: Record<string, string> = PATH === undefined ? {} : { PATH }
    const real = spawnSync(file, ['one'], { cwd, env, encoding: 'utf8', argv0: 'zero' })
    const found = locate({ file, args: ['zero', 'one'], cwd, env })

    if (real.error !== undefined) {
      expect(found).toMatchObject({ errno: (real.error as NodeJS.ErrnoException).code })
    } else if (file === 'uname') {
      expect(found).toMatchObject({ binary: { path: '/bin/uname' }, args: ['zero', 'one'] })
    } else if (file === 'no-shebang') {
      expect(found).toMatchObject({ scripts: [], asked: { path: real.stdout.trim() } })
    } else {
      expect(found).toMatchObject({ args: ['/bin/sh', ...real.stdout.trim().split('\n')] })
    }
  })

  it('says ENOENT for an empty name, which Node refuses by itself', () => {
    expect(locate({ file: '', args: [''], cwd: root, env: { PATH: path } })).toMatchObject({ errno: 'ENOENT' })
  })

  it.each([1, 2, 4, 5, 6, 7])('follows a chain of %i scripts as far as the kernel does', (depth) => {
    const directory = join(root, `chain-${depth}`)
    for (let level = 1; level <= depth; level++) {
      const interpreter = level === 1 ? '/bin/echo' : join(directory, `s${level - 1}`)
      script(join(directory, `s${level}`), `#!${interpreter} option${level}\n`)
    }
    const file = join(directory, `s${depth}`)
    const real = spawnSync(file, ['one'], { encoding: 'utf8', argv0: 'zero' })
    const found = locate({ file, args: ['zero', 'one'], cwd: root, env: {} })
    if (real.error !== undefined) expect(found).toMatchObject({ errno: (real.error as NodeJS.ErrnoException).code })
    else expect('args' in found && found.args.slice(1).join(' ')).toBe(real.stdout.trim())
  })

  it('sees a file that changes between two looks', () => {
    const file = script(join(root, 'changing'), echo)
    const look = () => locate({ file, args: [file], cwd: root, env: {} })
    expect(look()).toMatchObject({ asked: { executable: true } })
    chmodSync(file, 0o644)
    expect(look()).toMatchObject({ errno: 'EACCES' })
    chmodSync(file, 0o755)
    script(file, '#!/bin/echo\n')
    expect(look()).toMatchObject({ binary: { path: '/bin/echo' } })
  })
})
