import { constants } from 'node:os'

/** Signals that ask for the end while commands run: they are to end the command, and us only once it has ended. */
export interface SignalRelay {
  /** The first of them, null without one. */
  received(): NodeJS.Signals | null
  /** Passes them on to this command, until the next one. */
  passTo(kill: (signal: NodeJS.Signals) => void): void
  stop(): void
}

const relayed: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']

/**
 * Begins to hold signals back; before the first command starts, since one may come while it does. A terminal sends
 * Ctrl-C and Ctrl-\ to the command itself: a second one would look like the user's impatience.
 */
export function relaySignals(): SignalRelay {
  const fromTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
  let first: NodeJS.Signals | null = null
  let kill: (signal: NodeJS.Signals) => void = () => {}
  const listener = (signal: NodeJS.Signals) => {
    first ??= signal
    if (!(fromTerminal && (signal === 'SIGINT' || signal === 'SIGQUIT'))) kill(signal)
  }
  for (const signal of relayed) process.on(signal, listener)
  return {
    received: () => first,
    passTo(next) {
      kill = next
    },
    stop() {
      for (const signal of relayed) process.off(signal, listener)
    },
  }
}

/** The status that a shell gives a command which a signal ended. */
export function signalStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal]
}
