import { expect, test } from 'vitest'
import { readChallenges } from '../../../../packages/core/src/sysroot/providers/oci/challenge.js'
import { formatReference, parseReference } from '../../../../packages/core/src/sysroot/providers/oci/reference.js'
import { formatSpec, parseSpec } from '../../../../packages/core/src/sysroot/spec.js'
import { failure } from '../../failure.js'

const sha = `sha256:${'0123456789abcdef'.repeat(4)}`

test.each([
  ['debian', 'docker.io', 'library/debian', 'latest', null, 'debian:latest'],
  ['debian:bullseye', 'docker.io', 'library/debian', 'bullseye', null, 'debian:bullseye'],
  ['docker.io/debian', 'docker.io', 'library/debian', 'latest', null, 'debian:latest'],
  ['index.docker.io/me/it', 'docker.io', 'me/it', 'latest', null, 'me/it:latest'],
  ['me/it:1', 'docker.io', 'me/it', '1', null, 'me/it:1'],
  ['registry.example.org/a/b/c', 'registry.example.org', 'a/b/c', 'latest', null, 'registry.example.org/a/b/c:latest'],
  ['localhost/it', 'localhost', 'it', 'latest', null, 'localhost/it:latest'],
  ['localhost:5000/it:t', 'localhost:5000', 'it', 't', null, 'localhost:5000/it:t'],
  ['UPPER/it', 'UPPER', 'it', 'latest', null, 'UPPER/it:latest'],
  ['[::1]:5000/it', '[::1]:5000', 'it', 'latest', null, '[::1]:5000/it:latest'],
  [`it@${sha}`, 'docker.io', 'library/it', null, sha, `it@${sha}`],
  [`a.b/it:1@${sha}`, 'a.b', 'it', '1', sha, `a.b/it:1@${sha}`],
])('%s', (text, registry, repository, tag, digest, spelled) => {
  const reference = parseReference(text)
  expect(reference).toEqual({ registry, repository, tag, digest })
  expect(reference && formatReference(reference)).toBe(spelled)
  expect(parseReference(spelled)).toEqual(reference)
})

test.each([
  '',
  'It',
  'it:',
  ':1',
  'it@',
  'it@sha256:12',
  'it@md5:0123',
  'a//b',
  '/it',
  'it/',
  'a/../b',
  'it:tag/x:y z',
  'https://a.b/it',
  'me@a.b/it',
  'a.b:99x/it',
  '-a.b/it',
  'a'.repeat(300),
  sha.slice(7),
])('%j is no reference', (text) => {
  expect(parseReference(text)).toBe(null)
  expect(failure(() => parseSpec(`oci:${text}`)).code).toBe('SPEC_UNKNOWN')
})

test.each([
  ['oci:debian', 'oci:debian:latest'],
  ['oci:a.b/it:1#arm64', 'oci:a.b/it:1#arm64'],
  ['oci-layout:dir', 'oci-layout:dir'],
  ['oci-layout:/a:b/dir:tag', 'oci-layout:/a:b/dir:tag'],
  [`oci-layout:dir@${sha}#s390x`, `oci-layout:dir@${sha}#s390x`],
])('the spec %s', (text, spelled) => {
  expect(formatSpec(parseSpec(text))).toBe(spelled)
})

test.each(['oci:debian#pdp11', 'oci-layout:', 'oci-layout:dir#', 'oci-layout:dir@sha256:1'])('no spec: %s', (text) => {
  expect(failure(() => parseSpec(text)).code).toBe('SPEC_UNKNOWN')
})

test('challenges, several in one header, with quotes and commas inside', () => {
  expect(readChallenges('Basic realm="a \\"b\\", c", Bearer realm=https://x/t,scope="repository:a:pull,push"')).toEqual(
    [
      { scheme: 'basic', parameters: { realm: 'a "b", c' } },
      { scheme: 'bearer', parameters: { realm: 'https://x/t', scope: 'repository:a:pull,push' } },
    ],
  )
  expect(readChallenges('')).toEqual([])
})
