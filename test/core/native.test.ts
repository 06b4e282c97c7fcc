import { describeShim } from './shim-file.js'

describeShim(process.arch)
