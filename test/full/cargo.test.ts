import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'
import { resolveSysroot } from '../../packages/core/src/sysroot/resolve.js'
import { glibcMatrix, temporaryDirectory } from '../e2e/cli/command.js'

const directory = temporaryDirectory()
const at = (name: string) => join(directory, name)
/** Debian's own cargo and rustc, which need no toolchain of the user's. */
const env = { PATH: '/usr/bin:/bin', CARGO_HOME: at('cargo-home') }

test('the flags for cargo link a program that runs on the sysroot', async () => {
  const { path } = await resolveSysroot({ spec: 'debian:trixie' }, { install: true })
  await execa('/usr/bin/cargo', ['init', '--name', 'linked-by-cargo', '--vcs', 'none', at('crate')], { env })
  const main = 'fn main() { print!("{}", std::fs::read_to_string("/proc/self/maps").unwrap()) }'
  writeFileSync(at('crate/src/main.rs'), main)
  const { stdout } = await glibcMatrix(['flags', '--sysroot', 'debian:trixie', '--for', 'cargo'])
  await execa('sh', ['-c', `${stdout.trim()} /usr/bin/cargo build --offline`], { cwd: at('crate'), env })
  const maps = (await execa(at('crate/target/debug/linked-by-cargo'))).stdout
  const libcs = [...new Set(maps.match(/\/\S*\/libc[.-]\S+/g))]
  expect(libcs).toEqual([expect.stringContaining(`${path}/`)])
})
