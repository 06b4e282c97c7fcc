import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { dirSync } from 'tmp'

/** Debian's docker-registry on the loopback. */
export interface Registry {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  stop(): Promise<void>
}

/** `more` is what its configuration says besides storage and address (docs of distribution, configuration.md). */
export async function startRegistry(more: { readonly auth?: unknown; readonly tls?: unknown } = {}): Promise<Registry> {
  const directory = dirSync({ unsafeCleanup: true, prefix: 'glibc-matrix-registry-' }).name
  const { auth, tls } = more
  const http = { addr: '127.0.0.1:0', secret: 'not-used', ...(tls === undefined ? {} : { tls }) }
  const storage = { filesystem: { rootdirectory: join(directory, 'storage') } }
  const config = { version: 0.1, log: { level: 'info' }, storage, http, ...(auth === undefined ? {} : { auth }) }
  // JSON is YAML.
  writeFileSync(join(directory, 'config.yml'), JSON.stringify(config))
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], {
    env: { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const host = await hostOf(child)
  const stop = async () => {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
  return { host, stop }
}

async function hostOf(child: ChildProcess): Promise<string> {
  const said: string[] = []
  const lines = createInterface({ input: child.stderr as NodeJS.ReadableStream })
  for await (const line of lines) {
    said.push(line)
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1]
    if (host === undefined) continue
    child.stderr?.resume()
    return host
  }
  throw new Error(`docker-registry ended:\n${said.join('\n')}`)
}

/** skopeo, with its own trust in what the test made. */
export async function skopeoCopy(from: string, to: string, ...flags: readonly string[]): Promise<void> {
  await execa('skopeo', ['--insecure-policy', 'copy', '--quiet', '--dest-tls-verify=false', ...flags, from, to])
}
