import type { createFilters } from './filters.js'
import type { createGridView } from './grid-view.js'
import type { createModel } from './model.js'
import type { PageData } from './page-data.js'
import type { createPanel } from './panel.js'

/** The parts of the page, as their sources stand in it. */
export interface Parts {
  readonly createModel: typeof createModel
  readonly createGridView: typeof createGridView
  readonly createPanel: typeof createPanel
  readonly createFilters: typeof createFilters
}

/** Makes the page of the data that it carries. */
export function start(parts: Parts): void {
  const model = parts.createModel(JSON.parse(find('data').textContent ?? '') as PageData)
  const filters = parts.createFilters(find('filters'), model, show)
  const panel = parts.createPanel(find('panel'), model, () => view.focus())
  const view = parts.createGridView(find('grid'), model, { open: panel.open, fold: filters.fold })
  show()
  document.documentElement.dataset.ready = String(Math.round(performance.now()))

  function show() {
    const filter = filters.read()
    const { lines, tests } = model.lines(filter)
    view.show(lines, filter.hidden)
    filters.tell(tests)
    find('nothing').hidden = tests > 0
  }

  function find(id: string): HTMLElement {
    return document.getElementById(id) as HTMLElement
  }
}
