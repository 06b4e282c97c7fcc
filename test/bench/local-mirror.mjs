// A mirror on this disk that holds just some packages, without dependencies, so that a peer unpacks exactly the same ones.
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findArchive } from '@glibc-matrix/core'

/** `packages` as a manifest lists them; answers the mirror's directory, whose only suite is `bench`. */
export async function localMirror(root, packages) {
  const arch = packages[0].path.replace(/^.*_|\.deb$/g, '')
  const index = `main/binary-${arch}/Packages`
  mkdirSync(join(root, 'dists/bench', index, '..'), { recursive: true })
  mkdirSync(join(root, 'pool'))
  const stanzas = []
  for (const { name, version, sha256, size, path } of packages) {
    writeFileSync(join(root, 'pool', `${name}.deb`), await download(path))
    const fields = { Package: name, Version: version, Architecture: arch, Maintainer: 'none', Description: 'none' }
    stanzas.push(lines({ ...fields, Filename: `pool/${name}.deb`, Size: size, SHA256: sha256 }))
  }
  // debootstrap wants an empty line after the last one, too.
  const text = stanzas.map((stanza) => `${stanza}\n`).join('')
  writeFileSync(join(root, 'dists/bench', index), text)
  const sum = `\n ${createHash('sha256').update(text).digest('hex')} ${text.length} ${index}`
  const names = { Suite: 'bench', Codename: 'bench', Architectures: arch, Components: 'main' }
  writeFileSync(join(root, 'dists/bench/Release'), lines({ ...names, Date: new Date().toUTCString(), SHA256: sum }))
  return root
}

async function download(path) {
  const { mirrors } = findArchive({
    mirrors: [],
    keyring: null,
    allowUnsigned: true,
    env: process.env,
    machineRoot: '/',
  })
  const answer = await fetch(`${mirrors[0]}/${path}`)
  if (!answer.ok) throw new Error(`${mirrors[0]}/${path}: ${answer.status}`)
  return Buffer.from(await answer.arrayBuffer())
}

function lines(fields) {
  return Object.entries(fields)
    .map(([key, value]) => `${key}: ${value}\n`)
    .join('')
}
