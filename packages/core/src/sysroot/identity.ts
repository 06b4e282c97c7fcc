import { statSync } from 'node:fs'
import { readElf } from '../elf/read.js'
import type { FileIdentity } from './sysroot.js'

/** The identity that /proc/PID/maps shows of a mapped file, and its build-id. */
export function identityOf(path: string, buildId = readElf(path).buildId): FileIdentity {
  const { dev, ino } = statSync(path, { bigint: true })
  return { path, device: formatDevice(dev), inode: String(ino), buildId }
}

/** Splits st_dev as glibc's gnu_dev_major and gnu_dev_minor do (misc/sys/sysmacros.h); hex without padding. */
export function formatDevice(dev: bigint): string {
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n)
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n)
  return `${major.toString(16)}:${minor.toString(16)}`
}
