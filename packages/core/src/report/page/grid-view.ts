import type { Line, Model } from './model.js'

export interface GridView {
  show(lines: readonly Line[], hidden: ReadonlySet<number>): void
  focus(): void
}

export interface GridEvents {
  open(row: number, column: number): void
  fold(suite: number): void
}

/**
 * The grid itself. Only the lines in sight are elements, as tens of thousands of cells would take seconds. Focus stays on
 * the grid, which names the active cell (aria-activedescendant): an element that scrolls away takes no focus with it.
 */
export function createGridView(root: HTMLElement, model: Model, events: GridEvents): GridView {
  const { columns, states } = model.data
  const lineHeight = 32
  const spare = 8
  const head = element('div', 'head', { role: 'row', 'aria-rowindex': '1' })
  const body = element('div', 'body', { role: 'rowgroup' })
  root.append(wrap(head, 'rowgroup'), body)
  let lines: readonly Line[] = []
  let shown: number[] = []
  let active = { line: 0, column: -1 }
  let drawn = { first: -1, last: -1 }

  root.addEventListener('scroll', () => draw(false), { passive: true })
  new ResizeObserver(() => {
    draw(false)
    if (active.column !== -1) reveal()
  }).observe(root)
  root.addEventListener('keydown', onKey)
  body.addEventListener('click', onClick)
  return { show, focus: () => root.focus() }

  function show(next: readonly Line[], hidden: ReadonlySet<number>) {
    lines = next
    shown = columns.map((_, index) => index).filter((index) => !hidden.has(index))
    root.style.setProperty('--columns', String(shown.length))
    root.setAttribute('aria-rowcount', String(lines.length + 1))
    root.setAttribute('aria-colcount', String(shown.length + 1))
    body.style.height = `${lines.length * lineHeight}px`
    head.replaceChildren(element('div', 'name', { role: 'columnheader' }, 'Test'), ...shown.map(columnHead))
    active = { line: Math.min(active.line, Math.max(0, lines.length - 1)), column: active.column }
    draw(true)
  }

  function columnHead(index: number): HTMLElement {
    const { name, spec, glibc } = columns[index] ?? { name: '', spec: '', glibc: null }
    const cell = element('div', 'column', { role: 'columnheader', title: spec })
    const detail = glibc === null ? "can't be had" : glibc === name ? spec : `glibc ${glibc}`
    cell.append(element('b', '', {}, name), element('small', '', {}, detail))
    return cell
  }

  /** Draws the lines in sight, unless they are drawn already. */
  function draw(isChanged: boolean) {
    const top = root.scrollTop
    const first = Math.max(0, Math.floor(top / lineHeight) - spare)
    const last = Math.min(lines.length, Math.ceil((top + root.clientHeight) / lineHeight) + spare)
    if (!isChanged && first === drawn.first && last === drawn.last) return
    drawn = { first, last }
    body.replaceChildren(...lines.slice(first, last).map((line, index) => drawLine(line, first + index)))
    markActive()
  }

  function drawLine(line: Line, index: number): HTMLElement {
    const isSuite = 'suite' in line
    const row = element('div', isSuite ? 'line suite' : 'line', { role: 'row', 'aria-rowindex': String(index + 2) })
    row.style.transform = `translateY(${index * lineHeight}px)`
    row.setAttribute('aria-level', isSuite ? '1' : '2')
    if (isSuite) row.setAttribute('aria-expanded', String(!line.isFolded))
    const label = isSuite ? model.text(line.suite) : model.text(model.data.rows[line.row]?.[1] ?? -1)
    const name = element('div', 'name', { role: 'rowheader', title: label, id: idOf(index, -1) }, label)
    if (isSuite)
      name.append(element('small', '', {}, `${line.rows.length} ${line.rows.length === 1 ? 'test' : 'tests'}`))
    row.append(name, ...shown.map((column, place) => drawCell(line, index, column, place)))
    return row
  }

  function drawCell(line: Line, index: number, column: number, place: number): HTMLElement {
    const state = 'suite' in line ? (line.states[column] ?? -1) : (model.cell(line.row, column)?.[0] ?? -1)
    const { name, sign } = states[state] ?? { name: '', sign: '' }
    const cell = element('div', `cell ${name}`, { role: 'gridcell', id: idOf(index, place) })
    cell.dataset.column = String(place)
    cell.append(element('span', 'sign', { 'aria-hidden': 'true' }, sign), element('span', 'word', {}, name))
    return cell
  }

  function idOf(line: number, place: number): string {
    return `cell-${line}-${place}`
  }

  function markActive() {
    for (const old of body.querySelectorAll('.active')) old.classList.remove('active')
    const cell = document.getElementById(idOf(active.line, active.column))
    cell?.classList.add('active')
    if (cell) root.setAttribute('aria-activedescendant', cell.id)
    else root.removeAttribute('aria-activedescendant')
  }

  function onKey(event: KeyboardEvent) {
    const page = Math.max(1, Math.floor(root.clientHeight / lineHeight) - 2)
    const end = lines.length - 1
    const moves: Record<string, () => void> = {
      ArrowUp: () => move(active.line - 1, active.column),
      ArrowDown: () => move(active.line + 1, active.column),
      ArrowLeft: () => move(active.line, active.column - 1),
      ArrowRight: () => move(active.line, active.column + 1),
      PageUp: () => move(active.line - page, active.column),
      PageDown: () => move(active.line + page, active.column),
      Home: () => move(event.ctrlKey ? 0 : active.line, -1),
      End: () => move(event.ctrlKey ? end : active.line, shown.length - 1),
      Enter: activate,
      ' ': activate,
    }
    const act = event.altKey || event.metaKey ? undefined : moves[event.key]
    if (act === undefined) return
    event.preventDefault()
    act()
  }

  function move(line: number, column: number) {
    active = {
      line: Math.min(Math.max(line, 0), lines.length - 1),
      column: Math.min(Math.max(column, -1), shown.length - 1),
    }
    const top = active.line * lineHeight
    const visible = root.clientHeight - head.offsetHeight - lineHeight
    if (top < root.scrollTop) root.scrollTop = top
    else if (top > root.scrollTop + visible) root.scrollTop = top - visible
    draw(false)
    markActive()
    reveal()
  }

  function reveal() {
    document.getElementById(idOf(active.line, active.column))?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  /** A test's cell opens; of a suite's cell the test that it is the state of; a suite's name folds it. */
  function activate() {
    const line = lines[active.line]
    if (line === undefined) return
    const column = shown[Math.max(0, active.column)] ?? 0
    if (!('suite' in line)) events.open(line.row, column)
    else if (active.column === -1) events.fold(line.suite)
    else events.open(line.rows.find((row) => model.cell(row, column)?.[0] === line.states[column]) ?? -1, column)
  }

  function onClick(event: MouseEvent) {
    const target = event.target as Element
    const row = target.closest('[role=row]')
    if (row === null) return
    const cell = target.closest<HTMLElement>('.cell')
    active = { line: Number(row.getAttribute('aria-rowindex')) - 2, column: Number(cell?.dataset.column ?? -1) }
    markActive()
    activate()
  }

  function wrap(child: HTMLElement, role: string): HTMLElement {
    const outer = element('div', 'heads', { role })
    outer.append(child)
    return outer
  }

  function element(tag: string, className: string, attributes: Record<string, string> = {}, text = ''): HTMLElement {
    const made = document.createElement(tag)
    if (className !== '') made.className = className
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
    if (text !== '') made.textContent = text
    return made
  }
}
