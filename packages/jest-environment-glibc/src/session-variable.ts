/** Jest's workers inherit the path of the session file in it. */
export const sessionVariable = 'GLIBC_MATRIX_SESSION'

/** Takes it out of the environment that tests and their children see; call the answer to put it back. */
export function hideSession(env: NodeJS.ProcessEnv = process.env): () => void {
  const session = env[sessionVariable]
  delete env[sessionVariable]
  return () => {
    if (session !== undefined) env[sessionVariable] = session
  }
}
