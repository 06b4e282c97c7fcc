import { GlibcMatrixError } from '../../../errors.js'
import type { PlatformManifest } from './manifest.js'

/** GOARCH and variant by Debian's architecture, as images name them (image-spec image-index.md). */
const platforms: Readonly<Record<string, readonly [architecture: string, variant: string | null]>> = {
  amd64: ['amd64', null],
  arm64: ['arm64', null],
  i386: ['386', null],
  armhf: ['arm', 'v7'],
  s390x: ['s390x', null],
  riscv64: ['riscv64', null],
  ppc64el: ['ppc64le', null],
}

/** The manifest of Linux on that architecture; null when the index has none. */
export function chooseManifest(manifests: readonly PlatformManifest[], arch: string): PlatformManifest | null {
  const [architecture, variant] = platforms[arch] ?? [arch, null]
  const fitting = manifests.filter((each) => each.os === 'linux' && each.architecture === architecture)
  return fitting.find((each) => each.variant === variant) ?? fitting[0] ?? null
}

/** Whether an image's config is of that architecture. */
export function isPlatform(config: { os?: unknown; architecture?: unknown }, arch: string): boolean {
  return config.os === 'linux' && config.architecture === (platforms[arch]?.[0] ?? arch)
}

/** The error for an image that has no manifest of the architecture. */
export function noPlatform(where: string, arch: string, found: readonly string[]): GlibcMatrixError {
  return new GlibcMatrixError(
    'IMAGE_NOT_FOUND',
    `${where} is not there for linux/${platforms[arch]?.[0] ?? arch}: it has ${found.join(', ') || 'none'}`,
    `Name an architecture that it has after '#', such as '${where}#arm64', or use another image.`,
    { where, arch, found },
  )
}
