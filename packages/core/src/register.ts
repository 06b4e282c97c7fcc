import { attach } from './spawn/attach.js'
import { takeContext } from './spawn/threads.js'

export { type Attachment, type AttachOptions, attach, uninstall } from './spawn/attach.js'
export { type Launcher, launcher } from './spawn/launch.js'

// In a worker thread of a test, the hook that started it left the context.
const context = takeContext()
if (context !== null) {
  const { session, spawn, place, worker } = context
  attach({ session, spawn, place, worker, column: place.column, file: place.file })
}
