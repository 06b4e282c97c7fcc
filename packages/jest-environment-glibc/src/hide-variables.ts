/** Takes our own variables out of the environment that tests and their children see; call the answer to put them back. */
export function hideVariables(env: NodeJS.ProcessEnv = process.env): () => void {
  const hidden = Object.entries(env).filter(([name]) => name.startsWith('GLIBC_MATRIX_'))
  for (const [name] of hidden) delete env[name]
  return () => Object.assign(env, Object.fromEntries(hidden))
}
