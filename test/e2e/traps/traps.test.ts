import { describe } from 'vitest'
import { judgeTraps } from './judge.js'

const isRoot = process.getuid?.() === 0

describe('no trap ends as a lie', () => judgeTraps(({ needs }) => needs === undefined || (needs === 'root' && isRoot)))
