import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'

/**
 * An address for the page by whose pointers the kernel knows announced starts (packages/native/c/start-page.h), another
 * one for each run. It lies above where programs are mapped (ELF_ET_DYN_BASE, two thirds of the address space), so that
 * a program stays the first line of its own maps; below where mmap(2) begins; and in a part that the sanitizers of gcc and
 * clang leave to the program (compiler-rt: tsan_platform.h, msan.h).
 */
export function chooseStartPage(arch: NodeJS.Architecture): bigint {
  if (arch !== 'arm64') return 0x7e90_0000_0000n + BigInt(randomInt(2 ** 24)) * 0x1000n
  // arm64 has 39 or 48 bits of address space, and pages of up to 64 KB.
  const wide = /^[0-9a-f]{12,}-/m.test(readFileSync('/proc/self/maps', 'utf8'))
  return (wide ? 0xf000_0000_0000n : 0x60_0000_0000n) + BigInt(randomInt(2 ** 14)) * 0x1_0000n
}
