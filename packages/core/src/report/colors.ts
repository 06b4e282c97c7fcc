/**
 * Whether a stream gets colours: never with NO_COLOR, else as FORCE_COLOR says, else where it is a terminal that has them
 * (no-color.org, force-color.org; an empty variable is none).
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env
  if (NO_COLOR) return false
  return FORCE_COLOR ? FORCE_COLOR !== '0' : stream.isTTY === true && TERM !== 'dumb'
}
