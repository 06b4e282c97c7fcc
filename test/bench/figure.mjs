// What a theme hands on: plain figures, of which the JSON and the table of the docs are made.
import { mean, rounded, spread } from './measure.mjs'

/** What a figure says of a round's own time and its peer's. */
const kinds = {
  ratio: (own, peer) => own / peer,
  faster: (own, peer) => peer / own,
  beyond: (own, peer) => own - peer,
  rate: (own) => 1e6 / own,
  size: (own) => own,
}

/**
 * One row: `what` (ours) beside a peer, both as `interleave` answered them. `as` says how they are held against each other,
 * `goal` is `{atMost}` or `{atLeast}` of that, `unit` is µs unless the samples are MB; a rate and a
 * size have no peer (null). `id` names the text of missed.mjs.
 */
export function figure(id, what, beside, own, peer, { as = 'ratio', goal = null, unit = 'µs' } = {}) {
  const compare = kinds[as]
  const cpu = own.cpu !== undefined && peer?.cpu !== undefined
  return {
    id,
    what,
    beside,
    as,
    unit,
    own: spread(own.wall),
    peer: peer && spread(peer.wall),
    result: spread(own.wall.map((time, round) => compare(time, peer?.wall[round]))),
    // Ticks are coarse: what a few rounds took is told by their sum alone.
    cpu: cpu ? rounded(compare(mean(own.cpu), mean(peer.cpu))) : null,
    goal,
  }
}

/** A peer that is not here: the row says so. */
export function missing(id, what, beside, reason) {
  return { id, what, beside, missing: reason }
}

/** By how much a goal is missed, as a share of it; 0 when it is met or there is none. */
export function missedBy({ goal, result, missing: reason }) {
  if (!goal || reason !== undefined) return 0
  const { atMost, atLeast } = goal
  return Math.max(0, atMost === undefined ? 1 - result.median / atLeast : result.median / atMost - 1)
}
