/** Whether stdout shows colours. NO_COLOR wins, then FORCE_COLOR (no-color.org, force-color.org). */
export function isColorSupported(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0'
  return process.stdout.isTTY === true
}
