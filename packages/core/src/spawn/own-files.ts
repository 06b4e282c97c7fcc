import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import type { Sysroot } from '../sysroot/sysroot.js'

type Open = (path: unknown, ...rest: unknown[]) => unknown

/**
 * What a Node that runs in a column reads to learn about its libc and itself: detect-libc looks for the version in
 * `/usr/bin/ldd`, and tools that look for an appended payload open `/proc/self/exe`, which behind a loader is the loader.
 * Both become the sysroot's and Node's own. Returns what undoes it.
 */
export function patchOwnFiles({ path: root }: Sysroot): () => void {
  const own = new Map([['/proc/self/exe', process.execPath]])
  const ldd = join(root, 'usr/bin/ldd')
  if (root !== '/' && fs.existsSync(ldd)) own.set('/usr/bin/ldd', ldd)
  const undo = [
    ...(['open', 'openSync', 'readFile', 'readFileSync'] as const).map((name) => redirect(fs, name, own)),
    ...(['open', 'readFile'] as const).map((name) => redirect(fs.promises, name, own)),
  ]
  syncBuiltinESMExports()
  return () => {
    for (const one of undo) one()
    syncBuiltinESMExports()
  }
}

function redirect<Holder extends object>(holder: Holder, name: keyof Holder, own: ReadonlyMap<string, string>) {
  const functions = holder as Record<keyof Holder, Open>
  const original = functions[name]
  const patched: Open = function (this: unknown, path, ...rest) {
    return original.call(this, (typeof path === 'string' ? own.get(path) : undefined) ?? path, ...rest)
  }
  // promisify and callers that look at it find what was there.
  functions[name] = Object.defineProperties(patched, Object.getOwnPropertyDescriptors(original)) as Open
  return () => {
    if (functions[name] === patched) functions[name] = original
  }
}
