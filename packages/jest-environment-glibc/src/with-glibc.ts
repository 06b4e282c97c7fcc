import { attach } from '@glibc-matrix/core/register'
import { announceColumn } from './column-object.js'
import { followTest, testName } from './follow-test.js'
import type { CircusEvent, CircusState, EnvironmentConfig, EnvironmentContext, JestEnvironment } from './jest.js'
import { placeOfFile } from './place.js'
import { presenting } from './present.js'
import { hideSession } from './session-variable.js'
import { compareSnapshotsOnly, forgetUnusedSnapshots, isReference } from './snapshots.js'
import { loadJestAddons } from './warm-up.js'

// biome-ignore lint/suspicious/noExplicitAny: TypeScript wants any[] of a mixin's constructor.
type EnvironmentClass = new (...args: any[]) => JestEnvironment
type Attachment = ReturnType<typeof attach>

const mark = Symbol.for('glibc-matrix.jest-environment')

/** Any Jest environment, jsdom's too, with the spawn hook of the file's column. */
// biome-ignore lint/suspicious/noExplicitAny: whatever class Jest takes as an environment.
export function withGlibc<Base extends new (...args: any[]) => object>(Base: Base): Base {
  return mark in Base ? Base : (hooked(Base as unknown as EnvironmentClass) as unknown as Base)
}

/** The methods are set on the instance, so that a Base which keeps its own in class fields is wrapped as well. */
function hooked(Base: EnvironmentClass): EnvironmentClass {
  return class extends Base {
    static readonly [mark] = true

    // biome-ignore lint/suspicious/noExplicitAny: as above.
    constructor(...args: any[]) {
      const [config, context] = args as [EnvironmentConfig, EnvironmentContext]
      const place = presenting(() => placeOfFile(config, context))
      loadJestAddons()
      // Before super(), which copies process.env for the test; setup() would be too late for setup files.
      const showSession = hideSession()
      const attachment = presenting(() => attach(place))
      super(...args)
      const column = announceColumn(this.global, attachment.session, place.column)

      const { teardown, handleTestEvent } = this
      this.teardown = async () => {
        try {
          await teardown.call(this)
        } finally {
          attachment.detach()
          showSession()
        }
      }
      this.handleTestEvent = (event, state) => {
        if (event.runtimeGlobals) column.globals = event.runtimeGlobals
        if (!isReference(attachment.session, place.column)) {
          if (event.name === 'run_start') compareSnapshotsOnly(this.global)
          if (event.name === 'run_finish') forgetUnusedSnapshots(this.global)
        }
        followEvent(event, state, attachment)
        return handleTestEvent?.call(this, event, state)
      }
    }
  }
}

function followEvent({ name, test }: CircusEvent, state: CircusState, attachment: Attachment): void {
  if (name === 'add_test') followTest(state.currentDescribeBlock.children.at(-1), attachment)
  // Concurrent tests overlap: only what their functions start can be told apart, what their hooks start is the file's.
  if (name === 'test_start' && test && !test.concurrent) attachment.setTest(testName(test), test.invocations - 1)
  if (name === 'test_done' || name === 'test_skip' || name === 'test_todo') attachment.setTest(null)
}
