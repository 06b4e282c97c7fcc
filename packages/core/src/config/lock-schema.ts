import * as v from 'valibot'

/** Of glibc-matrix.lock.json. */
export const FORMAT = 1

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const lockedPackage = v.object({
  name: v.string(),
  version: v.string(),
  sha256: v.union([hash, v.literal('')]),
  size: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  path: v.optional(v.string()),
})
const lockedTree = v.object({ glibc: v.string(), digest: v.nullable(hash), packages: v.array(lockedPackage) })
const releasePin = v.object({ key: v.pipe(v.string(), v.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)), sha256: hash })

/** What a lock file must look like; schema/lock-1.json is made of it. */
export const lockSchema = v.object({
  $schema: v.optional(v.string()),
  format: v.literal(FORMAT),
  releases: v.optional(v.record(v.string(), releasePin)),
  sysroots: v.record(
    v.string(),
    v.object({ spec: v.string(), packages: v.array(v.string()), machines: v.record(v.string(), lockedTree) }),
  ),
})
