/** Where an image lies, as the distribution spec addresses it. */
export interface ImageReference {
  /** As users write it: `docker.io`, `registry.example.org`, `localhost:5000`. */
  readonly registry: string
  readonly repository: string
  readonly tag: string | null
  /** `sha256:…`; beats the tag. */
  readonly digest: string | null
}

const component = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*'
const repositoryForm = new RegExp(`^${component}(?:/${component})*$`)
const registryForm =
  /^(?:\[[0-9a-fA-F:]+\]|(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*)(?::[0-9]{1,5})?$/
const tagForm = /^\w[\w.-]{0,127}$/
const digestForm = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** Docker's limit of a repository's name with its registry. */
const MAX_NAME = 255

/**
 * Reads a reference by Docker's rules (github.com/distribution/reference): what stands before the first slash is a registry
 * when it has a dot, a colon or a capital, or is `localhost`; else the image is Docker Hub's, its official ones below
 * `library/`. Null when it is none.
 */
export function parseReference(text: string): ImageReference | null {
  const [named = '', digest = null, ...more] = text.split('@')
  const { name, tag } = splitTag(named)
  const { registry, repository } = splitRegistry(name)
  const wellFormed =
    more.length === 0 &&
    registryForm.test(registry) &&
    repositoryForm.test(repository) &&
    `${registry}/${repository}`.length <= MAX_NAME &&
    !/^[0-9a-f]{64}$/.test(name) &&
    (tag === null || tagForm.test(tag)) &&
    (digest === null || isDigest(digest))
  if (!wellFormed) return null
  return { registry, repository, tag: tag ?? (digest === null ? 'latest' : null), digest }
}

/** The one spelling of a reference; `docker.io/library/` is left out as Docker does. */
export function formatReference({ registry, repository, tag, digest }: ImageReference): string {
  const hub = registry === 'docker.io' ? repository.replace(/^library\/(?=[^/]+$)/, '') : `${registry}/${repository}`
  return `${hub}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`
}

/** A digest of an algorithm that we check. */
export function isDigest(text: string): boolean {
  return digestForm.test(text)
}

/** A tag as the distribution spec allows it. */
export function isTag(text: string): boolean {
  return tagForm.test(text)
}

function splitTag(named: string): { name: string; tag: string | null } {
  const at = named.lastIndexOf(':')
  if (at === -1 || named.indexOf('/', at) !== -1) return { name: named, tag: null }
  return { name: named.slice(0, at), tag: named.slice(at + 1) }
}

function splitRegistry(name: string): { registry: string; repository: string } {
  const slash = name.indexOf('/')
  const first = name.slice(0, Math.max(slash, 0))
  if (slash === -1 || !(/[.:A-Z]/.test(first) || first === 'localhost')) return hub(name)
  const repository = name.slice(slash + 1)
  return first === 'index.docker.io' || first === 'docker.io' ? hub(repository) : { registry: first, repository }
}

function hub(repository: string): { registry: string; repository: string } {
  return { registry: 'docker.io', repository: repository.includes('/') ? repository : `library/${repository}` }
}
