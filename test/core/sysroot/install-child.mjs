/** Installs one sysroot by the built core in a process of its own: `node install-child.mjs REQUEST`. Prints where it lies, or the error's code. */
import { resolveSysroot } from '../../../packages/core/dist/index.js'

const request = JSON.parse(process.argv[2])
try {
  const onProgress = ({ stage }) => process.stderr.write(`${stage}\n`)
  const sysroot = await resolveSysroot(request, { install: true, onProgress })
  process.stdout.write(JSON.stringify({ path: sysroot.path, digest: sysroot.digest }))
} catch (error) {
  process.stdout.write(JSON.stringify({ code: error.code, message: error.message }))
}
