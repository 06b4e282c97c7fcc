import { describe, expect, test } from 'vitest'
import { machineArchitecture } from '../../../packages/core/src/sysroot/architecture.js'
import { formatSpec, parseSpec } from '../../../packages/core/src/sysroot/spec.js'
import { failure } from '../failure.js'

test.each([
  ['host', { kind: 'host' }],
  ['dir:/opt/glibc 2.28', { kind: 'dir', path: '/opt/glibc 2.28' }],
  ['musl:/opt/musl', { kind: 'musl', path: '/opt/musl' }],
  ['debian:bookworm+musl', { kind: 'debian', suite: 'bookworm', musl: true, arch: null, packages: [] }],
  ['ubuntu:noble+musl/arm64', { kind: 'ubuntu', suite: 'noble', musl: true, arch: 'arm64', packages: [] }],
  ['debian:bullseye', { kind: 'debian', suite: 'bullseye', arch: null, packages: [] }],
  ['debian:trixie/arm64', { kind: 'debian', suite: 'trixie', arch: 'arm64', packages: [] }],
  ['ubuntu:noble-updates/arm64', { kind: 'ubuntu', suite: 'noble-updates', arch: 'arm64', packages: [] }],
  ['debian:bookworm-backports', { kind: 'debian', suite: 'bookworm-backports', arch: null, packages: [] }],
])('%s', (text, spec) => {
  expect(parseSpec(text)).toEqual(spec)
  expect(formatSpec(parseSpec(text))).toBe(text)
})

test('packages are a set, in any order', () => {
  expect(parseSpec('debian:sid', ['zlib1g', 'libssl3', 'zlib1g'])).toMatchObject({ packages: ['libssl3', 'zlib1g'] })
})

describe('unknown', () => {
  test.each([
    '',
    'hots',
    'host ',
    'dir:',
    'debian:',
    'debian:../../etc',
    'debian:Bullseye',
    'debian:bullseye/',
    'debian:bullseye/pdp11',
    'debian:a/b/c',
    'debian:bookworm+uclibc',
    'debian:bookworm/amd64+musl',
    'musl:',
    'fedora:40',
    'debian:bullseye\n',
  ])('%j', (text) => {
    const error = failure(() => parseSpec(text))
    expect(error.code).toBe('SPEC_UNKNOWN')
    expect(error.message).toContain('host, dir:PATH, musl:PATH, debian:SUITE[+musl][/ARCH]')
  })
})

test('a machine that is not ours is named', () => {
  expect(machineArchitecture('x64')).toBe('amd64')
  expect(failure(() => machineArchitecture('mips')).code).toBe('PLATFORM_UNSUPPORTED')
})
