import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { GlibcMatrixError } from '../../../errors.js'
import { archiveOfPackage } from '../../pack/npm-package.js'
import { runTool } from '../../run-tool.js'
import type { InstallContext } from '../provider.js'

/**
 * Has the user's own npm fetch a package, with its registry, proxy and login, and its check of the integrity that the registry
 * tells; nothing of the package is run. Answers the sysroot's archive in it.
 *
 * @throws GlibcMatrixError DOWNLOAD_FAILED with what npm said; TOOLS_MISSING without npm.
 */
export async function fetchPackage(
  { name, version }: { readonly name: string; readonly version: string | null },
  sysroot: string,
  root: string,
  context: InstallContext,
): Promise<Uint8Array> {
  context.onProgress({ sysroot, stage: 'download', done: 0, total: null })
  const into = `${root}-npm`
  mkdirSync(into, { mode: 0o775 })
  try {
    const wanted = version === null ? name : `${name}@${version}`
    await npmPack(wanted, into, sysroot, context)
    const file = readdirSync(into).find((each) => each.endsWith('.tgz')) as string
    return await archiveOfPackage(readFileSync(join(into, file)), sysroot)
  } finally {
    rmSync(into, { recursive: true, force: true })
  }
}

async function npmPack(wanted: string, into: string, sysroot: string, { env }: InstallContext): Promise<void> {
  const command = ['npm', 'pack', wanted, '--ignore-scripts', '--loglevel=error', '--pack-destination', into] as const
  const said: Buffer[] = []
  const status = await runTool(command, { env, onOutput: (chunk) => said.push(chunk) }).catch((cause) => {
    throw new GlibcMatrixError(
      'TOOLS_MISSING',
      `npm, which fetches '${sysroot}', can't be started: ${(cause as NodeJS.ErrnoException).code}`,
      'Put npm into PATH, or install the package into the project.',
      { sysroot },
      cause,
    )
  })
  if (status === 0) return
  const lines = Buffer.concat(said)
    .toString()
    .split('\n')
    .flatMap((line) => /^npm (?:error|ERR!) (.+)/.exec(line)?.[1] ?? [])
  throw new GlibcMatrixError(
    'DOWNLOAD_FAILED',
    `npm could not fetch ${wanted} of '${sysroot}': ${lines.slice(0, 3).join('; ') || `it ended with ${status}`}`,
    `Try it by hand: npm pack ${wanted}`,
    { sysroot, status },
  )
}
