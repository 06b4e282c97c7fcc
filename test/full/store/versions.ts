import * as fake from '../../core/sysroot/debian/fake-archive.js'

let base: Promise<readonly fake.Package[]> | undefined

/** The packages of a suite whose libc-bin is of that version; the others are the same in each. */
export async function suiteOf(version: string): Promise<readonly fake.Package[]> {
  base ??= fake.basePackages()
  const files = Array.from({ length: 20 }, (_, index) =>
    fake.file(`./usr/lib/libc-bin/${index}`, `${version} ${index}`),
  )
  const deb = await fake.makeDeb(files)
  return (await base).map((each) => (each.name === 'libc-bin' ? { ...each, version, deb } : each))
}
