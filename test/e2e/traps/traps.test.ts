import { describe } from 'vitest'
import { judgeTraps } from './judge.js'
import { strategies } from './world.js'

const isRoot = process.getuid?.() === 0

describe.each(strategies)('no trap ends as a lie by %s', (strategy) =>
  judgeTraps(({ needs }) => needs === undefined || (needs === 'root' && isRoot), { strategy }),
)
