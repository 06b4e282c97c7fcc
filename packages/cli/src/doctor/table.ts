import { archive } from './archive.js'
import type { Check } from './check.js'
import { compiler } from './compiler.js'
import { emulators } from './emulators.js'
import { libraryPath } from './library-path.js'
import { namespaces } from './namespaces.js'
import { proof } from './proof.js'
import { sealPlace } from './seal-place.js'
import { store } from './store.js'
import { sysroots } from './sysroots.js'
import { host, node } from './system.js'

/** Every check, in the order they are shown. */
export const checks: readonly Check[] = [
  node,
  host,
  sealPlace,
  proof,
  store,
  sysroots,
  archive,
  namespaces,
  emulators,
  compiler,
  libraryPath,
]
