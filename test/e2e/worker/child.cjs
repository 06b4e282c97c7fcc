// A worker as a pool starts it: it installs the hook for the file that it is told, and does in a test what it is told.
const { attach } = require('../../../packages/core/dist/register.js')

process.once('message', async ({ session, column, file, runtime, body }) => {
  const attachment = attach({ session, column, file, runtime })
  globalThis.attachment = attachment
  const run = new (Object.getPrototypeOf(async () => {}).constructor)('require', body)
  try {
    const value = await attachment.runInTest('test', 0, () => run(require))
    process.send({ value }, () => process.exit(0))
  } catch (error) {
    process.send({ error: String(error) }, () => process.exit(1))
  }
})
