import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { resolveSysroot } from '../../../../packages/core/src/sysroot/resolve.js'
import { rejection } from '../../failure.js'
import { machine, temporary } from '../debian/machine.js'
import { storeContent } from '../store-content.js'
import * as made from './image.js'

const { file, link } = made
const lib = `usr/lib/${made.layout.triplet}`
const glibc = made.glibcEntries()

/** Installs the image under the tag `it` into a store of the test's own. */
async function install(image: made.Image, change: (directory: string) => void = () => {}) {
  const directory = temporary()
  made.writeLayout(directory, { it: image })
  change(directory)
  const home = temporary()
  const env = { GLIBC_MATRIX_HOME: home }
  return { home, done: resolveSysroot({ spec: `oci-layout:${directory}:it` }, { install: true, env }) }
}

async function installed(...layers: made.Layer[]) {
  const { done } = await install(made.imageOf(layers))
  return done
}

async function refused(image: made.Image, change?: (directory: string) => void) {
  const { home, done } = await install(image, change)
  const error = await rejection(done)
  expect(storeContent(home), 'nothing half-written').toEqual([])
  return error
}

const blobFile = (directory: string, { digest }: made.Blob) => join(directory, 'blobs/sha256', digest.slice(7))

test('an image of musl, as Alpine’s, is a sysroot of musl', async () => {
  const musl = await resolveSysroot({ spec: 'debian:bookworm+musl' }, { install: true })
  const name = `ld-musl-${musl.machine}.so.1`
  const sysroot = await installed(
    await made.gzipLayer([
      file(`lib/${name}`, readFileSync(musl.loader), 0o755),
      link(`lib/libc.musl-${musl.machine}.so.1`, name),
      file('usr/lib/libz.so.1', 'z'),
      file('etc/os-release', 'ID=alpine'),
      file('bin/busybox', 'tool', 0o755),
    ]),
  )
  const at = (path: string) => join(sysroot.path, path)
  expect(sysroot).toMatchObject({ musl: true, glibc: musl.glibc, loader: at(`lib/${name}`) })
  expect(sysroot.libraryPath).toEqual([at('lib'), at('usr/lib')])
  expect(existsSync(at('bin'))).toBe(false)
})

describe('layers', () => {
  test('of plain tar, gzip and zstd lie upon each other, and only what a sysroot needs is kept', async () => {
    const sysroot = await installed(
      await made.gzipLayer(glibc),
      await made.plainLayer([file(`${lib}/libsecond.so.2`, 'second'), file('usr/bin/tool', 'tool', 0o4755)]),
      await made.zstdLayer([file(`${lib}/libthird.so.3`, 'third'.repeat(100_000))]),
    )
    expect(readdirSync(join(sysroot.path, lib))).toEqual(['libsecond.so.2', 'libthird.so.3'])
    expect(existsSync(join(sysroot.path, 'usr/bin'))).toBe(false)
    expect(sysroot.packages.map(({ name }) => name).slice(1)).toEqual(['layer 1', 'layer 2', 'layer 3'])
  })

  test('white out what lies below them, never what they bring themselves', async () => {
    const sysroot = await installed(
      await made.gzipLayer([
        ...glibc,
        ...['gone', 'stays', 'again'].map((name) => file(`${lib}/lib${name}.so.1`, 'lower')),
        file(`${lib}/gconv/OLD.so`, 'lower'),
        file('usr/lib/locale/C.utf8/LC_CTYPE', 'lower'),
      ]),
      await made.gzipLayer([
        file(`${lib}/libagain.so.1`, 'upper'),
        file(`${lib}/.wh.libagain.so.1`, ''),
        file(`${lib}/.wh.libgone.so.1`, ''),
        file(`${lib}/gconv/NEW.so`, 'upper'),
        file(`${lib}/gconv/.wh..wh..opq`, ''),
        file('usr/lib/locale/.wh.C.utf8', ''),
      ]),
    )
    expect(readdirSync(join(sysroot.path, lib))).toEqual(['gconv', 'libagain.so.1', 'libstays.so.1'])
    expect(readFileSync(join(sysroot.path, lib, 'libagain.so.1'), 'utf8')).toBe('upper')
    expect(readdirSync(join(sysroot.path, lib, 'gconv'))).toEqual(['NEW.so'])
    expect(sysroot.locales).toBe(null)
  })

  test('hard links reach into lower layers and to what is not kept', async () => {
    const sysroot = await installed(
      await made.gzipLayer([...glibc, file('ostree/objects/ab/cd.file', 'content')]),
      await made.gzipLayer([
        link(`${lib}/libone.so.1`, 'ostree/objects/ab/cd.file', 'link'),
        link(`${lib}/libtwo.so.1`, `${lib}/libone.so.1`, 'link'),
        file('ostree/objects/ab/.wh.cd.file', ''),
      ]),
    )
    const [one, two] = ['libone.so.1', 'libtwo.so.1'].map((name) => lstatSync(join(sysroot.path, lib, name)))
    expect(readFileSync(join(sysroot.path, lib, 'libtwo.so.1'), 'utf8')).toBe('content')
    expect(one?.ino).toBe(two?.ino)
    expect(existsSync(join(sysroot.path, 'ostree'))).toBe(false)
  })

  test('symlinks bring what they lead to, directories of a lower layer are followed, and none leads out', async () => {
    const sysroot = await installed(
      await made.gzipLayer([
        ...glibc,
        link('usr/lib64', `lib/${made.layout.triplet}`),
        file('opt/real/libfar.so.1.2', 'far'),
        link('etc/alternatives/libfar', '/opt/real/libfar.so.1.2'),
        link(`${lib}/libfar.so.1`, '/etc/alternatives/libfar'),
        link(`${lib}/libout.so.1`, '../../../../../../../../../../etc/passwd'),
        link(`${lib}/libloop.so.1`, 'libloop.so.1'),
      ]),
      await made.gzipLayer([file('usr/lib64/libthrough.so.1', 'through')]),
    )
    expect(readdirSync(join(sysroot.path, lib))).toEqual(['libfar.so.1', 'libthrough.so.1'])
    expect(readFileSync(join(sysroot.path, lib, 'libfar.so.1'), 'utf8')).toBe('far')
    expect(readlinkSync(join(sysroot.path, 'usr/lib64'))).toBe(`lib/${made.layout.triplet}`)
  })
})

describe('refused', () => {
  test('a layer whose content is not its diffID', async () => {
    const layer = await made.gzipLayer(glibc)
    const error = await refused(made.imageOf([layer], made.arch, [made.digest(Buffer.from('other'))]))
    expect(error.code).toBe('IMAGE_MALFORMED')
    expect(error.message).toContain('its config says')
  })

  test.each(['../out', 'usr/../../out', './usr/lib/../../../out'])('an entry named %s', async (name) => {
    const error = await refused(made.imageOf([await made.gzipLayer([...glibc, file(name, 'x')])]))
    expect(error.code).toBe('IMAGE_MALFORMED')
    expect(error.message).toContain('would leave the directory')
  })

  test('a hard link to nothing', async () => {
    const error = await refused(made.imageOf([await made.gzipLayer([...glibc, link('a', '../etc/passwd', 'link')])]))
    expect(error.message).toContain('which is no file inside')
  })

  test('a blob with another content, one cut short and one with more', async () => {
    const image = made.imageOf([await made.gzipLayer(glibc)])
    const layer = image.blobs[2] as made.Blob
    const changed = Buffer.from(layer.bytes)
    changed[100] = (changed[100] as number) ^ 1
    for (const bytes of [changed, layer.bytes.subarray(1), Buffer.concat([layer.bytes, Buffer.alloc(1)])]) {
      const error = await refused(image, (directory) => writeFileSync(blobFile(directory, layer), bytes))
      expect(error.code).toBe('CHECKSUM_MISMATCH')
    }
  })

  test('a layer that is no tar, is cut short, or is not of its media type', async () => {
    const whole = await made.gzipLayer(glibc)
    const noise = Buffer.alloc(4096, 'noise')
    const cut = whole.tar.subarray(0, 5000)
    for (const layer of [
      { ...whole, tar: noise, packed: gzipSync(noise) },
      { ...whole, tar: cut, packed: gzipSync(cut) },
      { ...whole, packed: whole.tar },
      { ...whole, mediaType: `${made.LAYER}+zstd` },
      { ...whole, mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' },
    ]) {
      expect((await refused(made.imageOf([layer]))).code).toBe('IMAGE_MALFORMED')
    }
  })

  test('a manifest that is also an index, of another version, or of another type than it is said to be', async () => {
    const { manifest, blobs } = made.imageOf([await made.gzipLayer(glibc)])
    const content = JSON.parse(manifest.bytes.toString())
    for (const [fields, why] of [
      [{ manifests: [] }, 'a manifest and an index at once'],
      [{ schemaVersion: 1 }, 'its schemaVersion is 1'],
      [{ mediaType: made.OCI_INDEX }, `its media type is '${made.OCI_INDEX}'`],
      [{ layers: [{ ...content.layers[0], digest: 'sha256:../../../etc/passwd' }] }, 'the digest of layer 0'],
      [{ layers: [{ ...content.layers[0], size: -1 }] }, 'the size of layer 0'],
      [{ layers: [] }, 'it has 0 layers and 1 diffIDs'],
    ] as const) {
      const changed = made.blob(made.OCI_MANIFEST, { ...content, ...fields })
      const error = await refused({ manifest: changed, blobs: [changed, ...blobs.slice(1)] })
      expect(error.code).toBe('IMAGE_MALFORMED')
      expect(error.message).toContain(why)
    }
  })

  test('an index without our architecture, with what it has', async () => {
    const image = made.imageOf([await made.gzipLayer(glibc)], 's390x')
    const error = await refused(made.indexOf({ s390x: image, riscv64: image }))
    expect(error.code).toBe('IMAGE_NOT_FOUND')
    expect(error.message).toContain('it has linux/s390x, linux/riscv64')
  })

  test('an image whose config is of another architecture than the index says', async () => {
    const error = await refused(made.indexOf({ [made.arch]: made.imageOf([await made.gzipLayer(glibc)], 's390x') }))
    expect(error.message).toContain('it has linux/s390x')
  })

  test('an image without a glibc', async () => {
    const error = await refused(made.imageOf([await made.gzipLayer([file('bin/busybox', 'x')])]))
    expect(error.code).toBe('SYSROOT_INVALID')
  })

  test('what is no layout, and a tag that it has not', async () => {
    const at = (spec: string) =>
      rejection(resolveSysroot({ spec }, { install: true, env: { GLIBC_MATRIX_HOME: temporary() } }))
    expect((await at(`oci-layout:${temporary()}`)).code).toBe('IMAGE_NOT_FOUND')
    const layout = machine({ 'oci-layout': '{"imageLayoutVersion":"2.0.0"}', 'index.json': '{}' })
    expect((await at(`oci-layout:${layout}`)).message).toContain('imageLayoutVersion is "2.0.0"')
    const image = made.imageOf([await made.gzipLayer(glibc)])
    const directory = temporary()
    made.writeLayout(directory, { one: image, two: made.imageOf([await made.plainLayer(glibc)]) })
    for (const spec of [`oci-layout:${directory}`, `oci-layout:${directory}:three`]) {
      expect((await at(spec)).message).toContain('it has one, two')
    }
  })
})

test('the index of an image of several architectures leads to ours', async () => {
  const ours = made.imageOf([await made.gzipLayer(glibc)])
  const { done } = await install(made.indexOf({ s390x: made.imageOf([], 's390x'), [made.arch]: ours }))
  expect((await done).packages[0]?.version).toBe(ours.manifest.digest)
})
