import { expect, test } from 'vitest'
import { compareVersions } from '../../../../packages/core/src/sysroot/providers/debian/version-order.js'
import { dpkgOrder } from './dpkg-order.js'

test.each(dpkgOrder)('%s is ordered against every other as dpkg orders it', (version, order) => {
  const ours = dpkgOrder.map(([other]) => compareVersions(version, other))
  expect(ours.map((result) => (result < 0 ? '<' : result > 0 ? '>' : '=')).join('')).toBe(order)
})
