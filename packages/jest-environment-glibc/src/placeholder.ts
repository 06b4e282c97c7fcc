/** The test that stands for a `describeGlibc` block in the columns which it doesn't run in; the grid leaves it out. */
export const placeholder = 'runs in other columns'
