import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { packTar, type TarEntry } from 'modern-tar'
import * as openpgp from 'openpgp'
import { onTestFinished } from 'vitest'
import { machineArchitecture } from '../../../../packages/core/src/sysroot/architecture.js'
import { describeRoot } from '../../../../packages/core/src/sysroot/describe.js'
import { LAYOUTS } from '../../../../packages/core/src/sysroot/layouts.js'

export const arch = machineArchitecture()
export const layout = LAYOUTS.find((row) => row.debian === arch) as (typeof LAYOUTS)[number]

/** A body to send, or what to do instead. */
export type Answer = string | Uint8Array | ((response: ServerResponse) => void)

/** A key of the archive, and the armored public part that a machine trusts. */
export async function makeKey(name: string) {
  const made = await openpgp.generateKey({ userIDs: [{ name }], format: 'object' })
  return { privateKey: made.privateKey, armored: made.publicKey.armor() }
}

export type Key = Awaited<ReturnType<typeof makeKey>>

export async function clearSign(text: string, key: Key): Promise<string> {
  const message = await openpgp.createCleartextMessage({ text })
  return openpgp.sign({ message, signingKeys: key.privateKey })
}

/** A .deb with the entries in its data.tar; `control` is its control file, none when it is left out. */
export async function makeDeb(entries: readonly TarEntry[], control?: string): Promise<Buffer> {
  const about = control === undefined ? [] : [file('./preinst', 'exit 1'), file('./control', control)]
  return frame([
    ['debian-binary', Buffer.from('2.0\n')],
    ['control.tar.gz', gzipSync(await packTar(about))],
    ['data.tar.gz', gzipSync(await packTar(entries))],
  ])
}

/** ar's framing. */
export function frame(members: readonly (readonly [name: string, bytes: Uint8Array])[]): Buffer {
  const parts = members.flatMap(([name, bytes]) => {
    const header = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`
    return [Buffer.from(header), bytes, Buffer.alloc(bytes.length % 2, '\n')]
  })
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts])
}

export function file(name: string, body: string | Uint8Array, mode = 0o644): TarEntry {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  return { header: { name, size: bytes.length, type: 'file', mode }, body: bytes }
}

export function link(name: string, linkname: string, type: 'symlink' | 'link' = 'symlink'): TarEntry {
  return { header: { name, size: 0, type, linkname } }
}

/** The machine's own glibc as a Debian package would hold it, absolute link of the ABI's path included. */
export function glibcEntries(): readonly TarEntry[] {
  const host = describeRoot({ name: 'host', spec: 'host', root: '/' })
  const directory = `./lib/${layout.triplet}`
  return [
    file(`${directory}/ld-real.so`, readFileSync(host.loader), 0o755),
    file(`${directory}/libc.so.6`, readFileSync(host.libc.path), 0o755),
    link(`./lib64/${layout.loader}`, `/lib/${layout.triplet}/ld-real.so`),
  ]
}

export interface Package {
  readonly name: string
  readonly version: string
  readonly deb: Uint8Array
  /** main when it is left out. */
  readonly component?: string
  /** Overrides of the stanza's fields. */
  readonly fields?: Readonly<Record<string, string>>
}

/** The usual four packages; glibc's is the machine's own. */
export async function basePackages(): Promise<readonly Package[]> {
  const others = ['libgcc-s1', 'libstdc++6', 'libc-bin']
  const rest = others.map(async (name) => ({
    name,
    version: '1',
    deb: await makeDeb([file(`./usr/share/doc/${name}/copyright`, name)]),
  }))
  return [{ name: 'libc6', version: '2-1', deb: await makeDeb(glibcEntries()) }, ...(await Promise.all(rest))]
}

/** Files of one suite by path below the mirror, InRelease unsigned; sign and change them before they are served. */
export function suiteFiles(
  suite: string,
  packages: readonly Package[],
  fields = '',
  /** Further files of the suite, listed in InRelease. */
  more: Readonly<Record<string, Uint8Array>> = {},
): Record<string, Answer> {
  const components = [...new Set(['main', ...packages.map(({ component = 'main' }) => component)])]
  const indexes = components.map((name) => {
    const own = packages.filter(({ component = 'main' }) => component === name)
    return [`${name}/binary-${arch}/Packages.gz`, gzipSync(own.map(stanza).join('\n'))] as const
  })
  const listed = [...indexes, ...Object.entries(more)]
  const lines = listed.map(([path, bytes]) => ` ${sha256(bytes)} ${bytes.length} ${path}\n`)
  const pool = packages.map(({ name, version, deb }) => [poolPath(name, version), deb] as const)
  return {
    ...Object.fromEntries(listed.map(([path, bytes]) => [`dists/${suite}/${path}`, bytes])),
    [`dists/${suite}/InRelease`]: `Suite: ${suite}\nCodename: ${suite}-code\n${fields}SHA256:\n${lines.join('')}`,
    ...Object.fromEntries(pool),
  }
}

function stanza({ name, version, deb, fields }: Package): string {
  const all = {
    Package: name,
    Version: version,
    Filename: poolPath(name, version),
    Size: String(deb.length),
    SHA256: sha256(deb),
    ...fields,
  }
  return `${Object.entries(all)
    .map(([key, value]) => `${key}: ${value}`)
    .join('\n')}\n`
}

export function poolPath(name: string, version: string): string {
  return `pool/main/${name}_${version}_${arch}.deb`
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Serves files on the loopback until the test ends; answers the base URL and what was asked for. */
export async function serve(files: Readonly<Record<string, Answer>>): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = decodeURIComponent((request.url ?? '').slice(1))
    asked.push(path)
    const answer = files[path]
    if (answer === undefined) response.writeHead(404).end('no')
    else if (typeof answer === 'function') answer(response)
    else response.end(answer)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}
