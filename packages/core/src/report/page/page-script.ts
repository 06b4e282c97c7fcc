import { createFilters } from './filters.js'
import { createGridView } from './grid-view.js'
import { createModel } from './model.js'
import { createPanel } from './panel.js'
import { start } from './start.js'

/**
 * The script of the page, from the sources of its parts: each uses nothing but its arguments and the browser, so that a
 * page is one file, and its script is compiled and checked like everything else.
 */
export const pageScript: string = `(${start})({\n${Object.entries({
  createModel,
  createGridView,
  createPanel,
  createFilters,
})
  .map(([name, part]) => `${name}: ${part}`)
  .join(',\n')}\n})`
