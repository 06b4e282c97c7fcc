import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sysroot } from '../reroute/sysroots.js'
import { temporary } from './debian/machine.js'

/** What a step of the fake build does, as a line of shell; each does its part when nothing is said. */
export interface FakeSteps {
  readonly configure?: string
  readonly compile?: string
}

/** A tree that is configured, made and installed like glibc's, in no time: what it "compiles" is copied from a real 2.31. */
export async function fakeTree(steps: FakeSteps = {}): Promise<string> {
  const real = await sysroot('debian:bullseye')
  const tree = join(temporary(), 'glibc-2.31')
  mkdirSync(tree)
  writeFileSync(join(tree, 'version.h'), '#define RELEASE "stable"\n#define VERSION "2.31"\n')
  writeFileSync(
    join(tree, 'configure'),
    `#!/bin/sh
echo "checking whether we are cross compiling... no"
[ -z "$LD_LIBRARY_PATH$MAKEFLAGS" ] || { echo "configure: error: LD_LIBRARY_PATH or MAKEFLAGS is set"; exit 1; }
${steps.configure ?? ':'}
for each; do case $each in --prefix=*) prefix=\${each#*=} ;; esac; done
cat > Makefile <<MAKE
all:
	@echo compiling
	@${steps.compile ?? ':'}
	@echo 'a c o' > made
install:
	mkdir -p \\$(install_root)$prefix/lib \\$(install_root)$prefix/include \\$(install_root)$prefix/share/i18n
	cp ${real.loader} \\$(install_root)$prefix/lib/ld-2.31.so
	cp ${real.libc.path} \\$(install_root)$prefix/lib/libc.so.6
	ln -s libc.so.6 \\$(install_root)$prefix/lib/libc-2.31.so
	cp made \\$(install_root)$prefix/lib/libc.a
	cp made \\$(install_root)$prefix/include/stdio.h
	cp made \\$(install_root)$prefix/share/i18n/C
MAKE
`,
  )
  chmodSync(join(tree, 'configure'), 0o755)
  return tree
}

/** The same as a tarball. */
export async function fakeTarball(steps: FakeSteps = {}): Promise<string> {
  const tree = await fakeTree(steps)
  const tarball = `${tree}.tar.gz`
  const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0']
  execFileSync('tar', ['-czf', tarball, ...fixed, '-C', join(tree, '..'), 'glibc-2.31'])
  return tarball
}
