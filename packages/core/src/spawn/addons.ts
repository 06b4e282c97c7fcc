import Module from 'node:module'
import { judgeAddon } from '../reroute/addons/judge-addon.js'
import { lendLibraries } from '../reroute/lend-libraries.js'
import { hookState, placeOf } from './hook-state.js'
import { sealOf } from './seals.js'

type Load = (request: string, ...rest: unknown[]) => unknown
const loader = Module as unknown as { _load: Load; _resolveFilename: Load }

/**
 * An addon loaded here runs on the host's libc, whatever the column: the journal says so. Node loads each only once, so
 * `require` of one that is loaded already counts as well, but not one that finds nothing, as loaders of addons try several
 * paths. Returns what undoes it.
 */
export function patchAddons(): () => void {
  const { dlopen } = process
  const { _load } = loader
  const patchedDlopen = function (this: NodeJS.Process, ...args: Parameters<typeof dlopen>) {
    announce(String(args[1]))
    inspectAddon(String(args[1]))
    return dlopen.apply(process, args)
  } as typeof dlopen
  const patchedLoad: Load = function (this: unknown, request, ...rest) {
    const loaded = _load.call(this, request, ...rest)
    if (typeof request === 'string' && request.endsWith('.node')) announce(fileOf(request, rest))
    return loaded
  }
  process.dlopen = patchedDlopen
  loader._load = patchedLoad
  return () => {
    if (process.dlopen === patchedDlopen) process.dlopen = dlopen
    if (loader._load === patchedLoad) loader._load = _load
  }
}

/** The file that a request that was loaded led to. */
function fileOf(request: string, rest: readonly unknown[]): string {
  try {
    return String(loader._resolveFilename(request, ...rest))
  } catch {
    return request
  }
}

function announce(path: string): void {
  const state = hookState()
  const place = state ? placeOf(state) : null
  if (!state || !place) return
  state.addons.add(path)
  if (state.columns.get(place.column)?.sysroot?.path === '/') return
  // In a worker of this column the shim sees what is mapped.
  if (state.worker?.column === place.column) return
  state.journal.append({ type: 'addon', place, path })
}

/**
 * In a worker of the column: lends what the addon's libraries may have from the host, as for a program, and tells by
 * symbol and library why it can't load. It is loaded all the same, so that the test sees ld.so's real message.
 */
function inspectAddon(path: string): void {
  const state = hookState()
  const place = state ? placeOf(state) : null
  const column = place && state?.columns.get(place.column)
  if (!state || !place || !column?.sysroot || state.worker?.column !== place.column) return
  const seal = sealOf(state.session, column)
  const judged = judgeAddon(path, column.sysroot, state.plan, process.cwd())
  if (judged === null || seal === null) return
  lendLibraries(seal, judged.verdict.hostLibraries)
  const { refusal } = judged
  if (refusal !== null) state.journal.append({ type: 'addon', place, path, refusal })
}
