import pc from 'picocolors'

export type Colors = ReturnType<typeof pc.createColors>

/** Colours for one stream, by what no-color.org and force-color.org say. */
export function colorsFor(stream: { readonly isTTY?: boolean | undefined }): Colors {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  const wanted = FORCE_COLOR ? FORCE_COLOR !== '0' : stream.isTTY === true && TERM !== 'dumb'
  return pc.createColors(wanted && !NO_COLOR)
}
