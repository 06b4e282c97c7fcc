import { attach } from './spawn/attach.js'
import { takeContext } from './spawn/node-child.js'

export { type Attachment, type AttachOptions, attach, uninstall } from './spawn/attach.js'

// `--import @glibc-matrix/core/register` in a Node child of a test: the hook that started it left the context.
const context = takeContext()
if (context !== null) {
  const { session, spawn, place } = context
  attach({ session, spawn, place, column: place.column, file: place.file })
}
