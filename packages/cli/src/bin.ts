#!/usr/bin/env node
import { main } from './main.js'

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

// Of an end that comes before the answer.
process.exitCode = 1
main(process.argv.slice(2)).then((status) => {
  process.exitCode = status
})
