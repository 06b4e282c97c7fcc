/** Puts everything that the scenario starts into a directory. */
export function prepare(directory: string): Promise<void>
