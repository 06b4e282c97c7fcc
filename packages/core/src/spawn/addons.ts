import { hookState, placeOf } from './hook-state.js'

/** An addon loaded here runs on the host's libc, whatever the column: the journal says so. Returns what undoes it. */
export function patchDlopen(): () => void {
  const original = process.dlopen
  const patched = function dlopen(this: NodeJS.Process, ...args: Parameters<typeof process.dlopen>) {
    const state = hookState()
    const place = state ? placeOf(state) : null
    if (state && place && state.columns.get(place.column)?.sysroot?.path !== '/')
      state.journal.append({ type: 'addon', place, path: String(args[1]) })
    return original.apply(process, args)
  } as typeof process.dlopen
  process.dlopen = patched
  return () => {
    if (process.dlopen === patched) process.dlopen = original
  }
}
