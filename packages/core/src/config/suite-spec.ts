/** True for a spec whose sysroot is made of the packages of a suite: only there do `packages` mean something. */
export function isSuiteSpec(spec: string | null | undefined): boolean {
  return /^(?:debian|ubuntu):/.test(spec ?? '')
}
