const known = new Map<string, string>()

/** Vitest says of a worker that died only that it did. Here is what the system said, until the file runs again. */
export const crashes = {
  record: (project: string, file: string, how: string) => void known.set(keyOf(project, file), how),
  forget: (project: string, file: string) => void known.delete(keyOf(project, file)),
  of: (project: string, file: string) => known.get(keyOf(project, file)),
}

function keyOf(project: string, file: string): string {
  return `${project}\0${file}`
}
