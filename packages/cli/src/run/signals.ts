import { constants } from 'node:os'

/** What reached us while a command ran, which is to end it and not us. */
export interface SignalRelay {
  /** The first signal that asked for the end, null without one. */
  received(): NodeJS.Signals | null
  stop(): void
}

const forwarded: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/**
 * Passes signals on to the command and keeps us alive until it has ended, so that nothing is orphaned. A terminal sends
 * Ctrl-C and Ctrl-\ to the command itself: a second one would look like the user's impatience.
 */
export function relaySignals(kill: (signal: NodeJS.Signals) => void): SignalRelay {
  const fromTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  let first: NodeJS.Signals | null = null
  const listener = (signal: NodeJS.Signals) => {
    first ??= signal
    if (!(fromTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT'))) kill(signal)
  }
  for (const signal of forwarded) process.on(signal, listener)
  return {
    received: () => first,
    stop() {
      for (const signal of forwarded) process.off(signal, listener)
    },
  }
}

/** The status that a shell gives a command which a signal ended. */
export function signalStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
