/** What a runner loads: the built packages, since workers and children load the same files. */
export {
  closeSession,
  gridOf,
  loadConfig,
  prepareMatrix,
  resolveSysroot,
  type Session,
} from '../../../packages/core/dist/index.js'
export { type Attachment, attach, type Launcher, launcher, uninstall } from '../../../packages/core/dist/register.js'
