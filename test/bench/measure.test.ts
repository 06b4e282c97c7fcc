import { expect, test } from 'vitest'
import { interleave, spread } from './measure.mjs'

test('each round takes every way, in another order each time, and leaves the warm-up out', async () => {
  const order: string[] = []
  const way = (name: string) => () => void order.push(name)
  const samples = await interleave({ a: way('a'), b: way('b'), c: way('c') }, { rounds: 2, warmUp: 1 })
  expect(order.join('')).toBe('abcbcacab')
  expect(samples.a.wall).toHaveLength(2)
})

test('what a way says that it took counts', async () => {
  let calls = 0
  const ways = {
    own: async () => {
      calls++
      return { wall: calls * 10, cpu: 6 }
    },
  }
  expect(await interleave(ways, { rounds: 3, calls: 3, each: 2, warmUp: 0 })).toEqual({
    own: { wall: [10, 25, 40], cpu: [3, 3, 3] },
  })
})

test('quartiles lie between values', () => {
  expect(spread([3, 1, 2])).toEqual({ median: 2, low: 1.5, high: 2.5 })
  expect(spread([5])).toEqual({ median: 5, low: 5, high: 5 })
})
