import { isPreloadedOnHost } from './spawn/run-again.js'

export {
  type Attachment,
  type AttachOptions,
  attach,
  type Launcher,
  launcher,
  uninstall,
} from './register.js'

// `node --import @glibc-matrix/core/register test.js`: this command runs in every column, and then no further here.
if (isPreloadedOnHost()) {
  const { runInColumns } = await import('./preload.js')
  await runInColumns()
}
