import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

/** glibc reads no DT_RELR before 2.36 and no DT_GNU_HASH before 2.5; musl reads both hash tables. */
export function describeShim(arch: string) {
  const shim = join(import.meta.dirname, `../../packages/native/prebuilt/linux-${arch}/shim.so`)
  const readelf = (...flags: string[]) => execFileSync('readelf', ['-W', ...flags, shim], { encoding: 'utf8' })

  describe(`the shim for ${arch}`, () => {
    it('needs no library and no version of one, so that glibc 2.17 and musl can load it', () => {
      const dynamic = readelf('-d')
      expect(dynamic).not.toMatch(/\(NEEDED\)|\(RELR|\(FLAGS(_1)?\)|\(RPATH\)|\(RUNPATH\)|TEXTREL/)
      expect(dynamic).toMatch(/\(HASH\)/)
      expect(dynamic).toMatch(/\(GNU_HASH\)/)
      expect(readelf('-V')).toContain('No version information found')
    })

    it('has no undefined symbol that a libc must have', () => {
      const undefinedSymbols = readelf('--dyn-syms')
        .split('\n')
        .filter((line) => / UND \S/.test(line))
      expect(undefinedSymbols.length).toBeGreaterThan(0)
      expect(undefinedSymbols.filter((line) => !/ WEAK /.test(line))).toEqual([])
    })

    it('has no thread-local storage and no executable stack, and only relocations that every loader knows', () => {
      const segments = readelf('-l')
      expect(segments).not.toContain('TLS')
      expect(segments).toMatch(/GNU_STACK .* RW /)
      const types = [...readelf('-r').matchAll(/R_(?:X86_64|AARCH64|390|RISCV|ARM|386)_(\w+)/g)].map(([, type]) => type)
      expect(
        [...new Set(types)].filter(
          (type) =>
            !['RELATIVE', 'GLOB_DAT', 'JUMP_SLOT', 'JUMP_SLO', 'JMP_SLOT', '64', '32', 'ABS64', 'ABS32'].includes(
              type ?? '',
            ),
        ),
      ).toEqual([])
    })
  })
}
