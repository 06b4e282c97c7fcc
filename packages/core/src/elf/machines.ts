/** e_machine (glibc elf/elf.h) to the name that `uname -m` prints there; [32-bit, 64-bit]. */
const machines: Readonly<Record<number, readonly [string, string]>> = {
  2: ['sparc', 'sparc'],
  3: ['i386', 'i386'],
  4: ['m68k', 'm68k'],
  8: ['mips', 'mips64'],
  15: ['parisc', 'parisc64'],
  18: ['sparc', 'sparc'],
  20: ['ppc', 'ppc'],
  21: ['ppc64', 'ppc64'],
  22: ['s390', 's390x'],
  40: ['arm', 'arm'],
  42: ['sh4', 'sh4'],
  43: ['sparc64', 'sparc64'],
  50: ['ia64', 'ia64'],
  62: ['x86_64', 'x86_64'],
  183: ['aarch64', 'aarch64'],
  243: ['riscv32', 'riscv64'],
  258: ['loongarch32', 'loongarch64'],
  36902: ['alpha', 'alpha'],
}

/** The machine's uname-like name; `em-N` for one that the table lacks. */
export function machineName(number: number, bits: 32 | 64, little: boolean): string {
  const name = machines[number]?.[bits === 64 ? 1 : 0] ?? `em-${number}`
  return name === 'ppc64' && little ? 'ppc64le' : name
}
