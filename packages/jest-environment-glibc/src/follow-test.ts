import type { Attachment } from '@glibc-matrix/core/register'
import type { CircusBlock, CircusTest } from './jest.js'

/** Makes what a test's function starts belong to that test, however long it takes and whatever runs beside it. */
export function followTest(test: CircusTest | { readonly type: string } | undefined, attachment: Attachment): void {
  if (!isTest(test) || typeof test.fn !== 'function' || isGenerator(test.fn)) return
  const { fn } = test
  const followed = function (this: unknown, ...args: unknown[]): unknown {
    const retry = Math.max(0, test.invocations - 1)
    return attachment.runInTest(testName(test), retry, () => fn.apply(this, args))
  }
  // By its length jest-circus knows a function that takes `done`.
  Object.defineProperty(followed, 'length', { value: fn.length })
  test.fn = followed
}

/** The full name as the reporter sees it: its blocks and itself, joined by ` > `. */
export function testName(test: CircusTest): string {
  return [...blockNames(test.parent), test.name].join(' > ')
}

function blockNames(block: CircusBlock | undefined): string[] {
  if (block === undefined) return []
  return [...blockNames(block.parent), block.name].filter((name) => name !== 'ROOT_DESCRIBE_BLOCK')
}

function isTest(entry: { readonly type: string } | undefined): entry is CircusTest {
  return entry?.type === 'test'
}

/** jest-circus runs these through co, by their kind: they stay, and `setTest` places what they start. */
function isGenerator(fn: unknown): boolean {
  return Object.prototype.toString.call(fn) === '[object GeneratorFunction]'
}
