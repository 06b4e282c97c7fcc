import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa, execaSync } from 'execa'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cleanEnv } from './consumer.js'
import { temporaryDirectory } from './directory.js'
import { missingLines, stepsOf, write } from './guide.js'
import { packPackages } from './packed.js'
import { type Registry, startRegistry } from './registry.js'

const guides = fileURLToPath(new URL('../../docs/guides', import.meta.url))

/** Guides need no root: where the tests have it, their reader is another user, who has a home of his own and nothing in it. */
const reader = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}

let registry: Registry
let home: string

/** The reader's registry has our packages as they would be published, and passes on for all others. */
beforeAll(async () => {
  registry = await startRegistry({ passOn: true })
  home = forReader(temporaryDirectory('home'))
  const here = temporaryDirectory('publish')
  writeFileSync(join(here, '.npmrc'), registry.npmrc)
  for (const tarball of Object.values(await packPackages())) {
    await execa('npm', ['publish', tarball, '--access', 'public', '--tag', 'latest'], { cwd: here })
  }
})

afterAll(() => registry.stop())

test.for(readdirSync(guides))('%s does what it says', async (name) => {
  const project = temporaryDirectory('guide')
  writeFileSync(join(project, '.npmrc'), registry.npmrc)
  writeFileSync(join(project, 'package.json'), '{ "name": "reader", "private": true, "type": "module" }\n')
  forReader(project)
  const env = readersEnv()
  let printed: string | null = null
  for (const step of stepsOf(readFileSync(join(guides, name), 'utf8'))) {
    if (step.kind === 'write') {
      write(project, step)
      forReader(project)
    } else if (step.kind === 'run') {
      const options = { cwd: project, env, extendEnv: false, all: true, reject: false, ...reader } as const
      const run = await execa('bash', ['-ec', step.script], options)
      printed = run.all
      expect(run.exitCode === 0, `${step.script}${printed}`).toBe(!step.fails)
    } else expect(missingLines(step.lines, printed ?? ''), `${printed}`).toEqual([])
  }
  expect(printed, 'a guide has commands').not.toBeNull()
})

function forReader(directory: string): string {
  if (reader.uid !== undefined) execaSync('chown', ['-R', `${reader.uid}:${reader.gid}`, directory])
  return directory
}

/** Only what anybody has: no cache, no config of npm or ours. */
function readersEnv(): Record<string, string> {
  const own = /^(npm_|GLIBC_MATRIX_(?!MIRROR)|XDG_)/i
  const kept = Object.entries(cleanEnv()).filter(([name]) => !own.test(name))
  return { ...Object.fromEntries(kept), HOME: home, npm_config_update_notifier: 'false' }
}
