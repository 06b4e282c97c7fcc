import { allowedIn, type Outcome } from './judge.js'
import type { GroupedTrap } from './traps.js'

/** The table of docs/traps.md: what each trap ended as by each strategy, over all columns. */
export function tableOf(outcomes: readonly Outcome[], columns: readonly string[]): string {
  const traps = outcomes[0]?.traps ?? []
  const groups = [...new Set(traps.map(({ group }) => group))]
  return groups
    .map((group) => {
      const head = `| ${group} | ${outcomes.map(({ strategy }) => `\`${strategy}\``).join(' | ')} |`
      const rows = traps.filter((trap) => trap.group === group).map((trap) => rowOf(trap, outcomes, columns))
      return [head, `| --- |${' --- |'.repeat(outcomes.length)}`, ...rows].join('\n')
    })
    .join('\n\n')
}

function rowOf(trap: GroupedTrap, outcomes: readonly Outcome[], columns: readonly string[]): string {
  const cells = outcomes.map((outcome) => cellOf(trap, outcome, columns))
  return `| ${trap.name.replaceAll('|', '\\|')} | ${cells.join(' | ')} |`
}

/** `proven`, or what it is where: the columns are grouped by how they ended. */
function cellOf(trap: GroupedTrap, { strategy, stateOf }: Outcome, columns: readonly string[]): string {
  const byEnding = new Map<string, string[]>()
  for (const column of columns) {
    const allowed = allowedIn(trap, column, strategy)
    // One that may end in several ways ends in one of them today: the table names them all.
    const ending = allowed.length > 1 ? allowed.map(word).join(' or ') : word(stateOf(trap, column))
    byEnding.set(ending, [...(byEnding.get(ending) ?? []), column])
  }
  const endings = [...byEnding]
  if (endings.length === 1) return endings[0]?.[0] ?? ''
  const [others] = endings.filter(([, names]) => !names.includes('host')).sort((a, b) => b[1].length - a[1].length)
  return endings.map((ending) => `${ending[0]} (${ending === others ? 'others' : ending[1].join(', ')})`).join('; ')
}

function word(state: string): string {
  return state === 'pass' ? 'proven' : state
}
