import { runPlaces } from '@glibc-matrix/core'
import { type Check, notice, ok, problem } from './check.js'

/** The private loaders lie at a path of at most 18 bytes, on a file system that runs programs. */
export const sealPlace: Check = {
  name: 'seals',
  look() {
    const places = runPlaces()
    const used = places.find(({ usable }) => usable)
    const unusable = places.filter(({ usable }) => !usable).map(({ place }) => place)
    if (used === undefined) {
      const hint = 'Mount one of them without noexec, writable for this user, and sticky.'
      return [
        problem(
          `neither ${unusable.join(' nor ')} can hold private loaders (noexec, not writable, or others may rename in it)`,
          hint,
        ),
      ]
    }
    if (used === places[0]) return [ok(`private loaders lie in ${used.place}`)]
    return [
      notice(
        `${unusable.join(', ')} can't hold private loaders (noexec, not writable, or others may rename in it), ${used.place} does`,
        '',
      ),
    ]
  },
}
