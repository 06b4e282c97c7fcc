import { rmSync } from 'node:fs'
import { fileDigest } from '../../manifest.js'
import type { InstalledPackage } from '../../sysroot.js'
import type { InstallContext } from '../provider.js'
import { buildGlibc } from './build.js'
import { openLog } from './log.js'
import { keepWhatRuns } from './slim.js'
import { checkTools } from './tools.js'
import { sourceTree } from './tree.js'

/** Sources that are there, and what they are called. */
interface Sources {
  readonly path: string
  readonly isTree: boolean
  readonly key: string
  /** For progress. */
  readonly sysroot: string
}

/** Builds glibc beside the empty directory `root`, and leaves there what programs need at run time. */
export async function installSource(
  { path, isTree, key, sysroot }: Sources,
  root: string,
  context: InstallContext,
): Promise<readonly InstalledPackage[]> {
  checkTools(path, context.env)
  const work = `${root}-build`
  const log = openLog(key, context.env)
  const job = { sysroot, env: context.env, log, onProgress: context.onProgress }
  try {
    const tree = await sourceTree(path, isTree, work, job)
    const prefix = await buildGlibc(tree.path, work, job)
    keepWhatRuns(prefix, root)
    log.discard()
    return [{ name: 'glibc', version: tree.version, sha256: isTree ? '' : fileDigest(path) }]
  } finally {
    log.close()
    rmSync(work, { recursive: true, force: true })
  }
}
