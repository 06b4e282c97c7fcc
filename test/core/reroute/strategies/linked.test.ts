import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { plan } from '../../../../packages/core/src/reroute/plan.js'
import { patchProgram } from '../../../../packages/core/src/reroute/strategies/permanent.js'
import { compile, scratch } from '../programs.js'
import { planOptions, sysroot } from '../sysroots.js'
import { oldLibc, runInColumns } from './columns.js'

const source = `
#include <stdio.h>
const char *gnu_get_libc_version(void);
int main(void) { return puts(gnu_get_libc_version()) < 0; }`
const root = scratch()
const linked = join(root, 'linked')

beforeAll(async () => {
  compile(join(root, 'plain'), source, await oldLibc())
  patchProgram(join(root, 'plain'), linked, await sysroot('debian:bullseye'))
})

test('a program linked to one sysroot is told from others', async () => {
  const [bullseye, trixie] = [await sysroot('debian:bullseye'), await sysroot('debian:trixie')]
  const options = await planOptions(root, { sysroots: [bullseye, trixie] })
  const command = { file: linked, args: [linked], cwd: root, env: {} }
  expect(plan(command, trixie, options)).toMatchObject({
    decision: 'reroute',
    code: 'linked',
    reason: expect.stringMatching(/^linked to debian:bullseye \(2\.31\); here /),
    verdict: { compatible: true },
  })
})

test.each(['loader', 'patch'] as const)('by %s it runs on the column all the same', async (strategy) => {
  const ran = await runInColumns(strategy, root, [linked])
  expect(ran['2.31']).toMatchObject({ stdout: '2.31\n', cell: { state: 'pass' } })
  expect(ran['2.41']).toMatchObject({ stdout: '2.41\n', cell: { state: 'pass' } })
})

test("in the host's column it is no tick unless it ran on the host's libc", async () => {
  const { host } = await runInColumns('loader', root, [linked])
  const { default: os } = await import('node:process')
  const glibc = (os.report.getReport() as { header: { glibcVersionRuntime: string } }).header.glibcVersionRuntime
  expect(host?.cell.state === 'pass').toBe(host?.stdout === `${glibc}\n`)
})
