import { describe, expect, test } from 'vitest'
import { parseDeb822, parseOneLine } from '../../../../packages/core/src/sysroot/providers/debian/apt-sources.js'

describe('one-line form', () => {
  const parse = (text: string) => parseOneLine(text, 'sources.list')

  test('reads options, several components and comments', () => {
    expect(
      parse('deb [ arch=amd64 signed-by=/k/a.gpg,/k/b.gpg ] http://example.org/debian  bookworm main contrib # x'),
    ).toEqual([
      {
        file: 'sources.list',
        uris: ['http://example.org/debian'],
        suites: ['bookworm'],
        components: ['main', 'contrib'],
        signedBy: ['/k/a.gpg', '/k/b.gpg'],
      },
    ])
  })

  test('keeps a bracket in a URI whole', () => {
    expect(parse('deb cdrom:[Debian GNU/Linux 12]/ bookworm main')[0]?.uris).toEqual(['cdrom:[Debian GNU/Linux 12]/'])
  })

  test.each([
    ['a comment', '# deb http://example.org/debian bookworm main'],
    ['a source of sources', 'deb-src http://example.org/debian bookworm main'],
    ['no suite', 'deb http://example.org/debian'],
    ['an open bracket', 'deb [arch=amd64 http://example.org/debian bookworm main'],
    ['binary rubbish', '\0\x01deb\xff'],
  ])('passes over %s', (_, line) => {
    expect(parse(line)).toEqual([])
  })

  test('is quick on a long hostile line', () => {
    expect(parse(`deb ${'['.repeat(50_000)} ${'a '.repeat(50_000)}`)).toEqual([])
  })
})

describe('deb822 form', () => {
  const parse = (text: string) => parseDeb822(text, 'debian.sources')

  test('reads stanzas with continuation lines, comments and any case', () => {
    const text = `# the archive
types: deb deb-src
URIs: http://example.org/debian
# a comment in between
 http://example.com/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
\t
Types: deb
URIs: http://example.org/other
Suites: trixie
Components: main`
    expect(parse(text)).toEqual([
      {
        file: 'debian.sources',
        uris: ['http://example.org/debian', 'http://example.com/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main'],
        signedBy: ['/usr/share/keyrings/debian-archive-keyring.gpg'],
      },
      {
        file: 'debian.sources',
        uris: ['http://example.org/other'],
        suites: ['trixie'],
        components: ['main'],
        signedBy: [],
      },
    ])
  })

  test.each(['no', 'NO', 'false', 'off'])('passes over Enabled: %s', (value) => {
    expect(
      parse(`Types: deb\nEnabled: ${value}\nURIs: http://example.org/debian\nSuites: sid\nComponents: main`),
    ).toEqual([])
  })

  test('reads a key that is written into the file', () => {
    const key = ' -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n =abcd\n -----END PGP PUBLIC KEY BLOCK-----'
    const [source] = parse(
      `Types: deb\nURIs: http://example.org/debian\nSuites: sid\nComponents: main\nSigned-By:\n${key}\n`,
    )
    expect(source?.signedBy[0]?.trim().split('\n')).toEqual([
      '-----BEGIN PGP PUBLIC KEY BLOCK-----',
      '',
      'mQINBF',
      '=abcd',
      '-----END PGP PUBLIC KEY BLOCK-----',
    ])
  })

  test('answers nothing for what is no stanza', () => {
    expect(parse(' continuation first\n:no name\nTypes deb\n')).toEqual([])
  })
})
