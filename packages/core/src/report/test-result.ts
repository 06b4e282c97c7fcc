/** A test as its runner saw it in one column; `test` is the full name, its parts joined by ` > `. */
export interface TestResult {
  readonly column: string
  /** The test file as the hook named it. */
  readonly suite: string
  readonly test: string
  readonly state: 'pass' | 'fail' | 'skip'
  readonly durationMs: number
  /** First line of the failure, or why it was skipped. */
  readonly message?: string
  /** Skipped by what the run was told (`-t`), not by the test file: another run may have run it. */
  readonly filtered?: boolean
  /** See `Cell`. */
  readonly output?: string
}
