import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as fake from '../../core/sysroot/debian/fake-archive.js'
import { storeIn, temporaryDirectory } from './command.js'

/** What the suite `mine` of the loopback mirror is at a time. */
export interface Mirror {
  readonly url: string
  readonly asked: string[]
  /** Publishes other packages; files of the old ones are gone, as in Debian's archive. */
  publish(packages: readonly fake.Package[]): Promise<void>
  /** Answers another thing for a path, or nothing (null). */
  change(path: string, answer: fake.Answer | null): void
}

let key: Promise<fake.Key> | undefined

/** A signed mirror on the loopback, until the test ends, and a project whose config names its suite. */
export async function mirrorOf(packages: readonly fake.Package[]) {
  const files: Record<string, fake.Answer> = {}
  key ??= fake.makeKey('archive')
  const signer = await key
  const publish = async (now: readonly fake.Package[]) => {
    for (const path of Object.keys(files)) delete files[path]
    Object.assign(files, fake.suiteFiles('mine', now))
    const path = 'dists/mine/InRelease'
    files[path] = await fake.clearSign(files[path] as string, signer)
  }
  const change = (path: string, answer: fake.Answer | null) => {
    if (answer === null) delete files[path]
    else files[path] = answer
  }
  await publish(packages)
  const mirror: Mirror = { ...(await fake.serve(files)), publish, change }
  const keyring = join(temporaryDirectory(), 'keys.asc')
  writeFileSync(keyring, signer.armored)

  /** A directory with a config of its own, and where its commands run: with a store of their own, not in CI. */
  const project = (config: object = { sysroots: { v1: 'debian:mine' } }, env: Record<string, string> = {}) => {
    const cwd = temporaryDirectory()
    const whole = { mirrors: [mirror.url], keyring, ...config }
    writeFileSync(join(cwd, 'glibc-matrix.config.json'), JSON.stringify(whole))
    return { cwd, env: { ...storeIn(temporaryDirectory()), CI: '', ...env } }
  }
  return { mirror, project, keyring }
}
