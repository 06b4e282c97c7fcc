import type { TarHeader } from 'modern-tar'

/**
 * Throws for extended headers that two readers of one tar would take for two things: a size that is not the one that was read by,
 * and GNU tar's sparse files, whose content is a map and pieces that written as they are would be another file.
 */
export function checkPax({ name, type, size, pax = {} }: TarHeader): void {
  if (Object.keys(pax).some((key) => key.startsWith('GNU.sparse'))) throw new Error(`its entry '${name}' is sparse`)
  if (type === 'file' && pax.size !== undefined && pax.size !== String(size)) {
    throw new Error(`its entry '${name}' has two sizes, ${size} and '${pax.size}'`)
  }
}
