import type { AddonReport } from '../evidence/record.js'
import { findAddons } from '../reroute/addons/find-addons.js'
import { judgeAddon } from '../reroute/addons/judge-addon.js'
import type { PlanOptions } from '../reroute/options.js'
import type { Session } from './session.js'

/** Looks at every addon that the project can load, before any worker starts; files of other machines and of musl are left out. */
export function inspectAddons(session: Session, options: PlanOptions): AddonReport[] {
  const { root } = session.programs
  return findAddons(root).flatMap(({ package: name, path }): AddonReport[] => {
    const judged = session.columns.flatMap(({ name: column, sysroot }) => {
      const found = sysroot && judgeAddon(path, sysroot, options, root)
      return found ? [{ column, reason: found.refusal }] : []
    })
    if (judged.length === 0) return []
    const refusals = judged.flatMap(({ column, reason }) => (reason === null ? [] : [{ column, reason }]))
    return [{ package: name, path, refusals }]
  })
}
