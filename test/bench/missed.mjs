// Why a figure misses its aim, by the figure's id: the docs show a text only where the figure is missed.
export const missed = {
  'spawn.javascript': 'The hook.',
}
