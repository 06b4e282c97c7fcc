import type { Filter, Model } from './model.js'

export interface Filters {
  read(): Filter
  fold(suite: number): void
  /** Tells how many tests are shown, to people who listen too. */
  tell(tests: number): void
}

/** The bar of filters. Its choice is kept in the address, so that a link shows what its sender saw. */
export function createFilters(root: HTMLElement, model: Model, onChange: () => void): Filters {
  const { columns, states, rows } = model.data
  const given = new URLSearchParams(location.hash.slice(1))
  const chosen = new Set((given.get('state') ?? '').split(' ').flatMap((name) => indexOf(states, name)))
  const hidden = new Set((given.get('hide') ?? '').split(' ').flatMap((name) => indexOf(columns, name)))
  const folded = new Set<number>()
  const search = input('search', 'Filter tests', given.get('q') ?? '')
  search.placeholder = 'Filter by suite or test  ( / )'
  const program = programChoice(given.get('program') ?? '')
  const differing = input('checkbox', '', '')
  differing.checked = given.has('differ')
  const told = document.createElement('output')
  root.append(search, program, stateButtons(), labelled(differing, 'only where columns differ'), columnMenu(), told)

  let timer = 0
  search.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(changed, 60)
  })
  program.addEventListener('change', changed)
  differing.addEventListener('change', changed)
  document.addEventListener('keydown', (event) => {
    const isTyping = /^(INPUT|SELECT|TEXTAREA)$/.test((event.target as Element).tagName)
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    search.focus()
  })
  return { read, fold, tell }

  function read(): Filter {
    return { text: search.value, program: program.value, states: chosen, hidden, differing: differing.checked, folded }
  }

  function fold(suite: number) {
    toggle(folded, suite)
    onChange()
  }

  function tell(tests: number) {
    told.textContent = `${tests.toLocaleString('en')} of ${rows.length.toLocaleString('en')} tests`
  }

  function changed() {
    const words = new URLSearchParams()
    if (search.value) words.set('q', search.value)
    if (program.value) words.set('program', program.value)
    if (chosen.size > 0) words.set('state', [...chosen].map((index) => states[index]?.name).join(' '))
    if (hidden.size > 0) words.set('hide', [...hidden].map((index) => columns[index]?.name).join(' '))
    if (differing.checked) words.set('differ', '')
    history.replaceState(null, '', `#${words}`)
    onChange()
  }

  function stateButtons(): HTMLElement {
    const group = document.createElement('div')
    group.className = 'states'
    group.setAttribute('role', 'group')
    group.setAttribute('aria-label', 'States')
    for (const [index, { name, sign }] of states.entries()) {
      const count = model.counts[index] ?? 0
      if (count === 0 && !chosen.has(index)) continue
      const button = document.createElement('button')
      button.type = 'button'
      button.className = name
      button.textContent = `${sign} ${name} ${count.toLocaleString('en')}`
      button.setAttribute('aria-pressed', String(chosen.has(index)))
      button.addEventListener('click', () => {
        toggle(chosen, index)
        button.setAttribute('aria-pressed', String(chosen.has(index)))
        changed()
      })
      group.append(button)
    }
    return group
  }

  function programChoice(value: string): HTMLSelectElement {
    const select = document.createElement('select')
    select.setAttribute('aria-label', 'Program')
    select.append(new Option('All programs', ''), ...model.programs.map((name) => new Option(name, name)))
    select.value = model.programs.includes(value) ? value : ''
    return select
  }

  function columnMenu(): HTMLElement {
    const menu = document.createElement('details')
    menu.className = 'columns'
    const summary = document.createElement('summary')
    summary.textContent = 'Columns'
    const list = document.createElement('div')
    for (const [index, { name }] of columns.entries()) {
      const box = input('checkbox', '', '')
      box.checked = !hidden.has(index)
      box.addEventListener('change', () => {
        toggle(hidden, index)
        changed()
      })
      list.append(labelled(box, name))
    }
    menu.append(summary, list)
    return menu
  }

  function labelled(box: HTMLInputElement, text: string): HTMLElement {
    const label = document.createElement('label')
    label.append(box, text)
    return label
  }

  function input(type: string, label: string, value: string): HTMLInputElement {
    const made = document.createElement('input')
    made.type = type
    if (label !== '') made.setAttribute('aria-label', label)
    if (value !== '') made.value = value
    return made
  }

  function toggle(set: Set<number>, index: number) {
    if (!set.delete(index)) set.add(index)
  }

  function indexOf(all: readonly { readonly name: string }[], name: string): number[] {
    const index = all.findIndex((each) => each.name === name)
    return index === -1 ? [] : [index]
  }
}
