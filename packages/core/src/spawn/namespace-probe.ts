import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { getSystemErrorName } from 'node:util'
import { namespacePath } from '@glibc-matrix/native'

/** Why this machine refuses a process a mount namespace, by trying: no setting tells for sure. Null when it doesn't. */
export function whyNoNamespace(): string | null {
  const helper = namespacePath()
  if (helper === null) return `@glibc-matrix/native has no namespace helper for ${process.platform}-${process.arch}`
  const { error, status, signal, stderr } = spawnSync(helper, [helper, helper], { encoding: 'utf8' })
  if (error !== undefined) return `the helper ${helper} can't be started (${(error as NodeJS.ErrnoException).code})`
  if (status === 0) return null
  const [, step, errno] = /: ([a-z_ -]+) failed with errno (\d+)/.exec(stderr) ?? []
  if (step === undefined) return `the helper ended with ${signal ?? status}`
  return [`${step} failed with ${getSystemErrorName(-Number(errno))}`, ...causes()].join('; ')
}

/** What usually stands behind it: user_namespaces(7), namespaces(7), and what distributions and containers add. */
function causes(): string[] {
  return [
    ...settings.filter(({ file, refuses }) => refuses(readText(file).trim())).map(({ because }) => because),
    ...(/^Seccomp:\s*2$/m.test(readText('/proc/self/status'))
      ? ['a seccomp filter is on this process, as in containers']
      : []),
  ]
}

const settings: readonly { file: string; refuses: (value: string) => boolean; because: string }[] = [
  {
    file: '/proc/sys/kernel/unprivileged_userns_clone',
    refuses: (value) => value === '0',
    because: 'sysctl kernel.unprivileged_userns_clone is 0',
  },
  {
    file: '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    refuses: (value) => value !== '' && value !== '0',
    because: 'AppArmor restricts user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns)',
  },
  {
    file: '/proc/sys/user/max_user_namespaces',
    refuses: (value) => value === '0',
    because: 'sysctl user.max_user_namespaces is 0',
  },
  {
    file: '/proc/sys/user/max_mnt_namespaces',
    refuses: (value) => value === '0',
    because: 'sysctl user.max_mnt_namespaces is 0',
  },
]

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
