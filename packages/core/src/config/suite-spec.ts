/** True for a spec whose sysroot is made of a suite's packages of glibc: only there do `packages` mean something. */
export function isSuiteSpec(spec: string | null | undefined): boolean {
  return /^(?:debian|ubuntu):/.test(spec ?? '') && !isMuslSpec(spec)
}

/** True for a spec that asks for musl by name; an image or a directory may hold it too. */
export function isMuslSpec(spec: string | null | undefined): boolean {
  return /^musl:|^(?:debian|ubuntu):[^/]*\+musl(?:\/|$)/.test(spec ?? '')
}
