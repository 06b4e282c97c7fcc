type CoreIndex = typeof import('@glibc-matrix/core')

/** Core's main door, which is heavy: a worker opens it only for an error or a file that no sequencer expanded. */
export function coreIndex(): CoreIndex {
  return require('@glibc-matrix/core') as CoreIndex
}
