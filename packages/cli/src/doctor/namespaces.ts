import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { type Check, notice, ok } from './check.js'

/** Settings that refuse user namespaces to ordinary users: file → the value that refuses. */
const settings: readonly (readonly [file: string, refusing: string])[] = [
  ['/proc/sys/user/max_user_namespaces', '0'],
  ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
  ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
]

/** Tried, not guessed: containers refuse them by seccomp, where no setting tells. */
export const namespaces: Check = {
  name: 'namespaces',
  async look() {
    const refusing = settings.filter(([file, value]) => existsSync(file) && readFileSync(file, 'utf8').trim() === value)
    const tried = spawnSync('unshare', ['--user', '--mount', 'true'], { encoding: 'utf8' })
    if (tried.status === 0) return [ok('user and mount namespaces can be made')]
    const why = tried.error !== undefined ? 'unshare(1) is not installed to try it' : tried.stderr.split('\n')[0]
    const by = refusing.map(([file, value]) => `${file} is ${value}`).join(', ')
    return [
      notice(
        `user namespaces: ${[why, by].filter(Boolean).join('; ')}`,
        "Only strategy 'namespace' needs them: by 'loader' and 'patch' programs start without.",
      ),
    ]
  },
}
