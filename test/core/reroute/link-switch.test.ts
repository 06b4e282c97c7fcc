import { linkSync, mkdirSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { knownFile } from '../../../packages/core/src/reroute/known-file.js'

it('a file is where its path leads now, though both names are one inode', () => {
  const directory = realpathSync(tmp.dirSync({ unsafeCleanup: true }).name)
  const at = (...names: string[]) => join(directory, ...names)
  for (const version of ['v1', 'v2']) mkdirSync(at(version))
  writeFileSync(at('v1', 'prog'), '#!/bin/sh\n', { mode: 0o755 })
  linkSync(at('v1', 'prog'), at('v2', 'prog'))
  for (const version of ['v1', 'v2', 'v1']) {
    symlinkSync(version, at('next'))
    renameSync(at('next'), at('current'))
    expect(knownFile(at('current', 'prog'))).toMatchObject({ real: at(version, 'prog') })
  }
})
