import type { Model } from './model.js'
import type { PageRecord } from './page-data.js'

export interface Panel {
  open(row: number, column: number): void
  close(): void
}

/** What stands behind one cell: what ran, on which libc, how it was proven, what it said, and how to do it again by hand. */
export function createPanel(root: HTMLElement, model: Model, onClose: () => void): Panel {
  const { columns, states, rows, records } = model.data
  root.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') close()
  })
  return { open, close }

  function close() {
    if (root.hidden) return
    root.hidden = true
    onClose()
  }

  function open(row: number, column: number) {
    const [suite = -1, test = -1] = rows[row] ?? []
    const { name, spec, glibc } = columns[column] ?? { name: '', spec: '', glibc: null }
    const [state = -1, reason = -1, output = -1, durationMs = 0, own = []] = model.cell(row, column) ?? []
    const title = make('h2', { id: 'panel-title', tabIndex: -1 }, model.text(test))
    const verdict = states[state] ?? { name: 'not run', sign: '-' }
    root.replaceChildren(
      closeButton(),
      make('p', { className: 'where' }, model.text(suite)),
      title,
      make('p', { className: `verdict ${verdict.name}` }, `${verdict.sign} ${verdict.name}`),
      make(
        'p',
        {},
        `in ${name}${glibc === null || glibc === name ? '' : `, glibc ${glibc}`} (${spec}), ${durationMs} ms`,
      ),
      ...(reason === -1 ? [] : [make('p', { className: 'reason' }, model.text(reason))]),
      ...(output === -1 ? [] : [make('h3', {}, 'What it said'), block(model.text(output))]),
      make('h3', {}, own.length === 1 ? 'One process' : `${own.length} processes`),
      ...(own.length === 0 ? [make('p', {}, 'No native program of this test was recorded here.')] : []),
      ...own.flatMap((index) => {
        const record = records[index]
        return record === undefined ? [] : [describe(record)]
      }),
    )
    root.hidden = false
    root.scrollTop = 0
    title.focus()
  }

  function closeButton(): HTMLElement {
    const button = make('button', { className: 'close', type: 'button', title: 'Close (Esc)' }, '×')
    button.setAttribute('aria-label', 'Close')
    button.addEventListener('click', close)
    return button
  }

  function describe([pid, program, isProven, strategy, accounting, libc, lent, command]: PageRecord): HTMLElement {
    const section = make('section', { className: 'process' })
    const list = make('dl', {})
    const term = (label: string, ...values: (Node | string)[]) => {
      if (values.length > 0) list.append(make('dt', {}, label), ...values.map((value) => detail(value)))
    }
    term('program', path(model.text(program)))
    if (pid !== -1) term('process', String(pid))
    term('libc', ...(libc.length === 0 ? ['none was seen'] : libc.map((each) => path(model.text(each)))))
    term('proof', proofOf(isProven === 1, libc.length > 0, model.text(accounting) === 'exact'))
    if (strategy !== -1) term('strategy', model.text(strategy))
    term('lent by the host', ...lent.map((each) => path(model.text(each))))
    section.append(list)
    if (command.length > 0) {
      section.append(make('h4', {}, 'Again, by hand'), copyable(command.map(model.text).join(' ')))
    }
    return section
  }

  function proofOf(isProven: boolean, hasMapped: boolean, isCounted: boolean): string {
    if (!isProven)
      return hasMapped ? 'None: these are not this column’s files.' : 'None: nothing told which libc it mapped.'
    const counted = isCounted
      ? 'The kernel counted what its tree started.'
      : 'The kernel did not count what its tree started.'
    return `It told from inside which files it had mapped: device, inode and build-id are those of this column’s libc. ${counted}`
  }

  function detail(value: Node | string): HTMLElement {
    const made = make('dd', {})
    made.append(value)
    return made
  }

  function path(text: string): HTMLElement {
    return make('code', {}, text)
  }

  function block(text: string): HTMLElement {
    return make('pre', { tabIndex: 0 }, text)
  }

  function copyable(text: string): HTMLElement {
    const outer = make('div', { className: 'command' })
    const words = block(text)
    const button = make('button', { type: 'button' }, 'Copy')
    button.addEventListener('click', async () => {
      getSelection()?.selectAllChildren(words)
      try {
        await navigator.clipboard.writeText(text)
        button.textContent = 'Copied'
      } catch {
        // Without the right to the clipboard the words are selected, at least.
        button.textContent = 'Selected'
      }
    })
    outer.append(words, button)
    return outer
  }

  function make<K extends keyof HTMLElementTagNameMap>(
    tag: K,
    properties: Partial<HTMLElementTagNameMap[K]>,
    text = '',
  ): HTMLElementTagNameMap[K] {
    const made = Object.assign(document.createElement(tag), properties)
    if (text !== '') made.textContent = text
    return made
  }
}
