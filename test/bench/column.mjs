// One column with programs that do nothing, for the themes that measure a start.
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { closeSession, loadConfig, prepareMatrix } from '@glibc-matrix/core'
import tmp from 'tmp'
import { buildPrograms } from '../../fixtures/programs/build.mjs'

export const column = '2.31'

/** How many programs one shell starts. */
export const inShell = 200

/** `program` exits at once, `plain` is a copy of it, `witness` says on which glibc it is; `settings` are further ones of a config. */
export async function openColumn(settings = () => ({})) {
  tmp.setGracefulCleanup()
  const { name: directory } = tmp.dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-bench-' })
  const { 'exit-with': program, 'print-libc': witness } = await buildPrograms(directory, ['exit-with', 'print-libc'])
  const plain = join(directory, 'plain')
  copyFileSync(program, plain)
  const overrides = { sysroots: { [column]: 'debian:bullseye' }, ...settings(program) }
  const session = await prepareMatrix(await loadConfig({ cwd: directory, overrides }), { install: true })
  const { sysroot } = session.columns.find(({ name }) => name === column)
  return { directory, program, plain, witness, session, sysroot, close: () => closeSession(session) }
}

/** Arguments of an sh that starts a program many times. */
export function loopOf(program) {
  return ['-c', `i=0; while [ $i -lt ${inShell} ]; do ${program} 0; i=$((i+1)); done`]
}
