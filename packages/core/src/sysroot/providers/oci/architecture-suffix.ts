import { LAYOUTS } from '../../layouts.js'

/** Takes `#ARCH` (Debian's name) from the end of a spec; `arch` is null without one, undefined for a machine we don't know. */
export function splitArchitecture(text: string): { name: string; arch: string | null | undefined } {
  const at = text.lastIndexOf('#')
  if (at === -1) return { name: text, arch: null }
  const arch = text.slice(at + 1)
  return { name: text.slice(0, at), arch: LAYOUTS.some((row) => row.debian === arch) ? arch : undefined }
}

/** The other way round. */
export function withArchitecture(text: string, arch: string | null): string {
  return arch === null ? text : `${text}#${arch}`
}
