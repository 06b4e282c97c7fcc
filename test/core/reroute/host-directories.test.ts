import { spawnSync } from 'node:child_process'
import { mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { confDirectories, hostLibraryDirs } from '../../../packages/core/src/reroute/host-directories.js'
import { scratch } from './programs.js'

const root = scratch()

describe('the directories of ld.so.conf', () => {
  it('are those that ldconfig reads on this machine', () => {
    const { stdout, error } = spawnSync('/sbin/ldconfig', ['-N', '-X', '-v'], { encoding: 'utf8' })
    expect(error).toBeUndefined()
    const listed = [...stdout.matchAll(/^(\/[^:]+):/gm)].map(([, path = '']) => realpathSync(path))
    const plain = listed.filter((path) => !path.includes('/glibc-hwcaps/'))
    const ours = hostLibraryDirs().flatMap((path) => {
      try {
        return [realpathSync(path)]
      } catch {
        return []
      }
    })
    expect(plain.length).toBeGreaterThan(0)
    expect(plain.filter((path) => !ours.includes(path))).toEqual([])
  })

  it('follow includes in order, without comments, types and missing files', () => {
    mkdirSync(join(root, 'conf.d'))
    writeFileSync(join(root, 'conf.d/b.conf'), '/from/b # comment\n')
    writeFileSync(join(root, 'conf.d/a.conf'), '/from/a/\n/typed=libc6\n')
    writeFileSync(join(root, 'conf.d/a.txt'), '/not/included\n')
    writeFileSync(
      join(root, 'ld.so.conf'),
      `# first\n/one\ninclude conf.d/*.conf /missing/*.conf\nhwcap 0 nosegneg\n/two\n`,
    )
    expect(confDirectories(join(root, 'ld.so.conf'), 0)).toEqual(['/one', '/from/a', '/typed', '/from/b', '/two'])
  })

  it('end for a file that includes itself', () => {
    writeFileSync(join(root, 'loop.conf'), '/again\ninclude loop.conf\n')
    expect(new Set(confDirectories(join(root, 'loop.conf'), 0))).toEqual(new Set(['/again']))
  })
})
